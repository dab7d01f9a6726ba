/** Owns what a matrix is: runs with a seed each, over something that they may share. */
import type { RunResult } from "./verdict.ts";

export interface Matrix extends AsyncDisposable {
  /** How many seeds there are from 0 on; missing where they never end. */
  readonly size?: number;
  /** Runs that may go on side by side. */
  readonly parallel: number;
  /** @throws on what is no finding: the machine, or a bug in here. */
  run(seed: number): Promise<RunResult>;
}

export type OpenMatrix = () => Promise<Matrix>;
