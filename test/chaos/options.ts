/** Owns what the chaos program can be asked for. */
import { parseArgs } from "node:util";

export const MATRICES = ["crash", "network", "sweep", "stall", "half-open", "large"] as const;
export type MatrixName = (typeof MATRICES)[number];

export interface ChaosOptions {
  /** Seeds are `seed`, `seed` + 1 … Missing: all of a matrix that ends, DEFAULT_RUNS of one that does not. */
  readonly runs?: number;
  readonly seed?: number;
  readonly matrices: readonly MatrixName[];
}

export const DEFAULT_RUNS = 20;

export const USAGE = `pnpm chaos [--runs ${DEFAULT_RUNS}] [--seed 0] [--only ${MATRICES.join("|")}]

Kills servers, cuts networks, and holds the rules S1–S8 over what every client saw. One run has one seed, and the n-th
run of --seed S is the first of --seed S+n-1. The sweeps cut, or stall, at every byte; with
--only sweep, --runs says at how many.
Ends with 1 when a promise was broken.`;

/** The error is a sentence for whoever asked. */
export function readOptions(args: readonly string[]): ChaosOptions | string {
  try {
    const { values } = parseArgs({
      // pnpm hands its own "--" on.
      args: args.filter((arg) => arg !== "--"),
      options: { runs: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
    });
    const runs = values.runs === undefined ? undefined : Number(values.runs);
    const seed = values.seed === undefined ? undefined : Number(values.seed);
    if (runs !== undefined && (!Number.isInteger(runs) || runs < 1))
      return "--runs is a whole number from 1 on.";
    if (seed !== undefined && (!Number.isInteger(seed) || seed < 0))
      return "--seed is a whole number from 0 on.";
    const matrices = MATRICES.filter((matrix) => values.only === undefined || values.only === matrix);
    if (matrices.length === 0) return `--only is one of ${MATRICES.join(", ")}.`;
    return { matrices, ...(runs !== undefined && { runs }), ...(seed !== undefined && { seed }) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
