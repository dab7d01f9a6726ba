/** Owns `roomcast token` as a command: where it has its settings from, and when it only says what it can do. */
import { err, ok } from "@roomcast/protocol";

import { makeToken, TOKEN_HELP } from "../auth/make-token.ts";
import { readSettings } from "../config/read-settings.ts";
import { NodeClock } from "../node-clock.ts";
import type { Command } from "./commands.ts";

export const token: Command = async (args) => {
  if (args.includes("--help")) return ok(TOKEN_HELP.trimEnd());
  const { settings, faults } = readSettings(process.env, []);
  return faults.length > 0 ? err(faults) : makeToken(args, settings, new NodeClock());
};
