/** Owns what is said of the machine with every table: a figure means nothing without it. */
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";

import { canPin } from "./peers/pinned.ts";

const GIB = 1024 ** 3;

export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly system: string;
  readonly node: string;
  readonly pinned: boolean;
}

export const machine = (): Machine => ({
  date: new Date().toISOString().slice(0, 16).replace("T", " "),
  processor: `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / GIB)} GiB`,
  system: `${type()} ${release()}`,
  node: process.version,
  pinned: canPin(),
});

/** Of the last minute: above 2 on two pinned processors, something else ran too. */
export const loadAverage = (): number => loadavg()[0] ?? 0;
