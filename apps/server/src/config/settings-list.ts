/** Owns how the table of settings reads: as `--help`, and as the table of the README. */
import { flagsOf } from "./read-settings.ts";
import type { Setting } from "./setting.ts";
import { SETTINGS } from "./settings.ts";

const ALL: readonly Setting[] = Object.values(SETTINGS);

export function helpText(): string {
  const rows = ALL.map((setting) => ({
    names: `${flagsOf(setting)[0] ?? ""}, ${setting.variable}`,
    text: `${sentence(setting).replaceAll("`", "")} (default: ${fallbackText(setting).replaceAll("`", "")})`,
  }));
  const width = Math.max(...rows.map(({ names }) => names.length));
  return [
    "Usage: roomcast [--port 3000] [--data-dir ./data] …",
    "       roomcast token --user ada [--room 'chat.*=join,publish'] [--for 1h]   a token for trying out",
    "       roomcast backup FILE    a copy of the store of a server that runs",
    "       roomcast restore FILE   such a copy into an empty data folder",
    "The three say more when asked for --help.",
    "",
    "Every setting is a flag or a variable of the environment; the flag wins.",
    "",
    ...rows.map(({ names, text }) => `  ${names.padEnd(width)}  ${text}`),
    `  ${"--help".padEnd(width)}  this list`,
    `  ${"--version".padEnd(width)}  which Roomcast this is`,
    "",
  ].join("\n");
}

export function markdownTable(): string {
  return [
    "| environment | flag | default | meaning |",
    "| --- | --- | --- | --- |",
    ...ALL.map((setting) =>
      [
        "",
        ` \`${setting.variable}\` `,
        ` \`${flagsOf(setting)[0] ?? ""}\` `,
        ` ${fallbackText(setting)} `,
        ` ${sentence(setting)} `,
        "",
      ].join("|"),
    ),
    "",
  ].join("\n");
}

const sentence = ({ unit, meaning }: Setting): string =>
  unit === undefined ? meaning : `${unit} ${meaning}`;

function fallbackText({ fallback, fallbackText }: Setting): string {
  if (fallbackText !== undefined) return fallbackText;
  if (typeof fallback === "number")
    return fallback.toLocaleString("en-GB", { useGrouping: fallback >= 10_000 });
  return typeof fallback === "string" ? `\`${fallback}\`` : "none";
}
