/** Owns what the program does besides serving, a line each. */
import { err, ok, type Result } from "@roomcast/protocol";

import type { COMMAND_NAMES } from "../config/command-names.ts";
import { readSettings } from "../config/read-settings.ts";
import type { Settings } from "../config/settings.ts";
import { whyNoDriver } from "../logs/sqlite/writer/sqlite-driver.ts";

/** @returns what is printed, or what is wrong, a sentence each. */
export type Command = (args: readonly string[]) => Promise<Result<string, readonly string[]>>;

/** Loaded when it is called for: a server that starts needs none of it. */
const LOADED = {
  token: async () => (await import("./token.ts")).token,
  backup: async () => (await import("./backup.ts")).backup,
  restore: async () => (await import("./restore.ts")).restore,
} satisfies Record<(typeof COMMAND_NAMES)[number], () => Promise<Command>>;

export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map(Object.entries(LOADED));

interface Asked {
  readonly file: string;
  readonly settings: Settings;
}

/** `FILE [--setting value]…` */
export function fileAndSettings(
  name: string,
  [file = "", ...flags]: readonly string[],
): Result<Asked, readonly string[]> {
  if (file === "" || file.startsWith("--"))
    return err([
      `roomcast ${name} needs the name of a file before all flags; roomcast ${name} --help says the rest.`,
    ]);
  const missing = whyNoDriver();
  if (missing !== undefined) return err([missing]);
  const { settings, faults } = readSettings(process.env, flags);
  return faults.length > 0 ? err(faults) : ok({ file, settings });
}
