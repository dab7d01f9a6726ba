/** Owns which processor a process runs on: the server on one, the load on another, so that neither takes from the other. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

import type { Command } from "./peers.ts";

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

let can: boolean | undefined;

export function canPin(): boolean {
  can ??=
    availableParallelism() > 1 &&
    spawnSync("taskset", ["-c", String(LOAD_CORE), process.execPath, "--version"]).status === 0;
  return can;
}

export const pinned = (core: number, command: Command): Command =>
  canPin()
    ? { ...command, program: "taskset", args: ["-c", String(core), command.program, ...command.args] }
    : command;
