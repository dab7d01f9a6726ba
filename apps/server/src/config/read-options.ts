/**
 * Owns how settings are given in code: by the names of the table, as values or as the text that a variable would hold. Types say
 * the same, but not to a program in JavaScript.
 */
import type { Result } from "@roomcast/protocol";

import { printable } from "../telemetry/printable.ts";
import { nearest } from "./nearest.ts";
import type { ReadSettings } from "./read-settings.ts";
import type { Setting } from "./setting.ts";
import { DEFAULTS, type Settings, SETTINGS } from "./settings.ts";

/** @param others what may be given besides, and is looked at elsewhere. */
export function readOptions(options: object, others: readonly string[]): ReadSettings {
  const values: Record<string, unknown> = { ...DEFAULTS };
  const faults: string[] = [];
  const warnings: string[] = [];
  const table = new Map<string, Setting>(Object.entries(SETTINGS));
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || others.includes(name)) continue;
    const setting = table.get(name);
    if (setting === undefined) warnings.push(unknown(name, [...table.keys(), ...others]));
    else {
      const taken = take(setting, value);
      if (taken.ok) values[name] = taken.value;
      else faults.push(`${name} must be ${taken.error}${quoted(setting, value)}.`);
    }
  }
  return { settings: values as unknown as Settings, faults, warnings };
}

function take({ parse, check }: Setting, value: unknown): Result<unknown, string> {
  if (check !== undefined && typeof value === "object" && value !== null) return check(value);
  return value === "" ? { ok: false, error: "given a value" } : parse(String(value));
}

const quoted = ({ secret }: Setting, value: unknown): string =>
  secret !== true && (typeof value === "string" || typeof value === "number")
    ? `, not "${printable(String(value))}"`
    : "";

function unknown(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  const meant = near === undefined ? "" : `; the nearest is ${near}`;
  return `${printable(name)} is no option${meant}.`;
}
