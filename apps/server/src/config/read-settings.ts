/** Owns how settings are given: by environment, and by flags, which win. Says all that is wrong at once. */
import type { Result } from "@roomcast/protocol";

import { printable } from "../telemetry/printable.ts";
import { COMMAND_NAMES } from "./command-names.ts";
import { nearest } from "./nearest.ts";
import type { Setting } from "./setting.ts";
import { DEFAULTS, type SettingName, type Settings, SETTINGS } from "./settings.ts";

export interface ReadSettings {
  readonly settings: Settings;
  /** A sentence for each that stops the start. */
  readonly faults: readonly string[];
  /** A sentence for each that does not. */
  readonly warnings: readonly string[];
}

const PREFIX = "ROOMCAST_";
const TABLE = Object.entries(SETTINGS) as [SettingName, Setting][];
const BY_VARIABLE = new Map(TABLE.map((entry) => [entry[1].variable, entry]));
/** A few have no prefix, as PORT, and are taken to have one. */
const BY_SHORT_NAME = new Map([...BY_VARIABLE.keys()].map((name) => [name.replace(PREFIX, ""), name]));
const BY_FLAG = new Map(TABLE.flatMap((entry) => flagsOf(entry[1]).map((flag) => [flag, entry] as const)));

/** The short one first. */
export function flagsOf({ variable }: Setting): string[] {
  const kebab = (name: string): string => `--${name.toLowerCase().replaceAll("_", "-")}`;
  return variable.startsWith(PREFIX)
    ? [kebab(variable.slice(PREFIX.length)), kebab(variable)]
    : [kebab(variable)];
}

export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): ReadSettings {
  const values: Record<string, unknown> = { ...DEFAULTS };
  const faults: string[] = [];
  const warnings: string[] = [];

  const take = ([name, setting]: [SettingName, Setting], called: string, text: string): void => {
    const parsed: Result<unknown, string> =
      text === "" ? { ok: false, error: "given a value" } : setting.parse(text);
    if (parsed.ok) values[name] = parsed.value;
    else
      faults.push(
        `${called} must be ${parsed.error}${setting.secret === true ? "" : `, not "${printable(text)}"`}.`,
      );
  };

  const flags = readFlags(args);
  faults.push(...flags.faults);
  const flagged = new Set(flags.given.map(({ entry }) => entry));
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined) continue;
    const entry = BY_VARIABLE.get(variable);
    if (entry !== undefined) {
      if (!flagged.has(entry)) take(entry, variable, text);
    } else if (variable.startsWith(PREFIX)) {
      const near = nearest(variable.slice(PREFIX.length), BY_SHORT_NAME.keys());
      const meant =
        near === undefined ? "--help lists them all" : `the nearest is ${BY_SHORT_NAME.get(near) ?? near}`;
      warnings.push(`${printable(variable)} is no setting; ${meant}.`);
    }
  }
  for (const { entry, flag, text } of flags.given) take(entry, `${flag} (${entry[1].variable})`, text);
  const settings = values as unknown as Settings;
  return { settings, faults: [...faults, ...contradictions(settings)], warnings };
}

/** What is wrong about settings that are right one by one. */
function contradictions(settings: Settings): string[] {
  const { jwtSecret, jwtOldSecret, jwksUrl, jwtIssuer, jwtAudience } = settings;
  if (jwtOldSecret !== undefined && jwtSecret === undefined)
    return [`${SETTINGS.jwtOldSecret.variable} needs ROOMCAST_JWT_SECRET beside it, which takes its place.`];
  if (jwtSecret !== undefined || jwksUrl !== undefined) return [];
  if (jwtIssuer === undefined && jwtAudience === undefined) return [];
  const given = (jwtIssuer === undefined ? SETTINGS.jwtAudience : SETTINGS.jwtIssuer).variable;
  return [`${given} needs ROOMCAST_JWT_SECRET or ROOMCAST_JWKS_URL beside it, by which a token is checked.`];
}

interface Flags {
  readonly given: { readonly entry: [SettingName, Setting]; readonly flag: string; readonly text: string }[];
  readonly faults: string[];
}

/** `--port 3000` or `--port=3000`. */
function readFlags(args: readonly string[]): Flags {
  const flags: Flags = { given: [], faults: [] };
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    const equals = word.indexOf("=");
    const flag = equals === -1 ? word : word.slice(0, equals);
    const next = args[index + 1];
    const text = equals !== -1 ? word.slice(equals + 1) : next?.startsWith("--") === false ? next : undefined;
    // The word behind a flag is its value, also that of a flag nobody knows.
    if (equals === -1 && text !== undefined && flag.startsWith("--")) index += 1;
    const entry = BY_FLAG.get(flag);
    if (entry === undefined) flags.faults.push(unknown(flag));
    else if (text === undefined) flags.faults.push(`${flag} needs a value; --help lists the settings.`);
    else flags.given.push({ entry, flag, text });
  }
  return flags;
}

function unknown(word: string): string {
  if (!word.startsWith("--"))
    return `"${printable(word)}" is no flag, and the commands are ${COMMAND_NAMES.join(", ")}; --help lists the settings.`;
  const near = nearest(word, BY_FLAG.keys());
  const meant = near === undefined ? "" : `the nearest is ${near}, and `;
  return `${printable(word)} is no setting; ${meant}--help lists them all.`;
}
