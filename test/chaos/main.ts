/** The chaos program: runs its matrices seed by seed, and ends with 1 when a promise was broken. */
import { Unavailable } from "../harness/network-namespace.ts";
import { openCrashMatrix } from "./crash-matrix.ts";
import { openHalfOpenMatrix } from "./half-open-matrix.ts";
import { openLargeMatrix } from "./large-matrix.ts";
import type { Matrix, OpenMatrix } from "./matrix.ts";
import { openNetworkMatrix } from "./network-matrix.ts";
import { type ChaosOptions, DEFAULT_RUNS, type MatrixName, readOptions, USAGE } from "./options.ts";
import { Report } from "./report.ts";
import { openStallMatrix, openSweepMatrix } from "./sweep-matrix.ts";
import { type RunResult, Verdict } from "./verdict.ts";

const OPEN: Readonly<Record<MatrixName, OpenMatrix>> = {
  crash: openCrashMatrix,
  network: openNetworkMatrix,
  sweep: openSweepMatrix,
  stall: openStallMatrix,
  "half-open": openHalfOpenMatrix,
  large: openLargeMatrix,
};

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${USAGE}`);
  process.exit(1);
}
let kept = true;
for (const name of options.matrices) kept = (await runMatrix(name, options)) && kept;
process.exit(kept ? 0 : 1);

async function runMatrix(name: MatrixName, asked: ChaosOptions): Promise<boolean> {
  await using matrix = await open(name);
  if (matrix === undefined) return true;
  const { first, end } = seedsOf(matrix, asked);
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

/** A matrix that ends is run whole, unless it is the one that was asked for. */
function seedsOf(
  { size }: Matrix,
  { seed = 0, runs, matrices }: ChaosOptions,
): { first: number; end: number } {
  if (size !== undefined && matrices.length > 1) return { first: 0, end: size };
  return { first: seed, end: Math.min(seed + (runs ?? size ?? DEFAULT_RUNS), size ?? Infinity) };
}

/** @returns undefined where the machine does not allow it, and says why. */
async function open(name: MatrixName): Promise<Matrix | undefined> {
  try {
    return await OPEN[name]();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`\n${name} matrix: left out, ${error.message}`);
    return undefined;
  }
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
