/** Owns how the limits of the hub's table become settings, and how they read as a list: none of them is named here. */
import { type LimitName, LIMITS } from "@roomcast/hub";

import { type Setting, wholeNumber } from "./setting.ts";

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

export const LIMIT_SETTINGS = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, settingOf(name)]),
) as Readonly<Record<LimitName, Setting<number>>>;

function settingOf(name: LimitName): Setting<number> {
  const { fallback, unit } = LIMITS[name];
  return {
    variable: variableOf(name),
    fallback,
    parse: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    meaning: unit,
  };
}

function variableOf(name: LimitName): string {
  return `ROOMCAST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The table of SECURITY.md. */
export function limitsTable(): string {
  return [
    "| setting | default | of what | beyond it |",
    "| --- | --- | --- | --- |",
    ...LIMIT_NAMES.map((name) => {
      const { fallback, unit, code } = LIMITS[name];
      return `| \`${variableOf(name)}\` | ${fallback.toLocaleString("en-GB")} | ${unit} | \`${code}\` |`;
    }),
    "",
  ].join("\n");
}
