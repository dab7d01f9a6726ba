/** The chaos program: runs its matrices seed by seed, and ends with 1 when a promise was broken. */
import { openCrashMatrix } from "./crash-matrix.ts";
import type { Matrix, OpenMatrix } from "./matrix.ts";
import { openNetworkMatrix } from "./network-matrix.ts";
import { DEFAULT_RUNS, type MatrixName, readOptions, USAGE } from "./options.ts";
import { Report } from "./report.ts";
import { openStallMatrix, openSweepMatrix } from "./sweep-matrix.ts";
import { type RunResult, Verdict } from "./verdict.ts";

const OPEN: Readonly<Record<MatrixName, OpenMatrix>> = {
  crash: openCrashMatrix,
  network: openNetworkMatrix,
  sweep: openSweepMatrix,
  stall: openStallMatrix,
};

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${USAGE}`);
  process.exit(1);
}
let kept = true;
for (const name of options.matrices) kept = (await runMatrix(name, options.seed ?? 0, options.runs)) && kept;
process.exit(kept ? 0 : 1);

async function runMatrix(name: MatrixName, first: number, runs: number | undefined): Promise<boolean> {
  await using matrix = await OPEN[name]();
  const end = Math.min(first + (runs ?? matrix.size ?? DEFAULT_RUNS), matrix.size ?? Infinity);
  const report = new Report(name, first);
  let next = first;
  const work = async (): Promise<void> => {
    while (next < end) {
      const seed = next++;
      const { verdict, history } = await attempt(matrix, seed);
      report.add(seed, verdict, history);
    }
  };
  await Promise.all(Array.from({ length: matrix.parallel }, work));
  return report.end();
}

/** A run that breaks has kept no promise. */
async function attempt(matrix: Matrix, seed: number): Promise<RunResult> {
  try {
    return await matrix.run(seed);
  } catch (error) {
    const verdict = new Verdict();
    verdict.faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { verdict, history: undefined };
  }
}
