/** Owns what the simulation can be asked for. */
import { parseArgs } from "node:util";

export interface SimulationOptions {
  /** Seeds are `seed`, `seed` + 1 … */
  readonly runs: number;
  readonly seed: number;
}

const DEFAULT_RUNS = 1_000;

export const USAGE = `pnpm simulate [--runs ${DEFAULT_RUNS}] [--seed 0]

Runs a hub, its clients, a network and a store in one process, in simulated time, and holds the rules S1–S8 over what every
client saw. One run has one seed, and the n-th run of --seed S is the first of --seed S+n-1. What breaks a rule is run
again with fewer and fewer steps.
Ends with 1 when a promise was broken.`;

/** The error is a sentence for whoever asked. */
export function readOptions(args: readonly string[]): SimulationOptions | string {
  try {
    const { values } = parseArgs({
      // pnpm hands its own "--" on.
      args: args.filter((arg) => arg !== "--"),
      options: { runs: { type: "string" }, seed: { type: "string" } },
    });
    const [runs, seed] = [Number(values.runs ?? DEFAULT_RUNS), Number(values.seed ?? 0)];
    if (!Number.isInteger(runs) || runs < 1) return "--runs is a whole number from 1 on.";
    if (!Number.isInteger(seed) || seed < 0) return "--seed is a whole number from 0 on.";
    return { runs, seed };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
