/** Owns the crash matrix: each run has a server of its own, and the machine to itself. */
import { planCrashes } from "./crash-plan.ts";
import { crashRun } from "./crash-run.ts";
import type { Matrix } from "./matrix.ts";

export async function openCrashMatrix(): Promise<Matrix> {
  return {
    parallel: 1,
    run: (seed) => crashRun(planCrashes(seed)),
    [Symbol.asyncDispose]: async () => {},
  };
}
