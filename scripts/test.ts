/**
 * All tests of the workspace through turbo, added up; further arguments go to turbo (`--filter=@roomcast/hub`).
 * Only reports count: a package that has tests and leaves none has failed, whatever its runner said.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { provision, ProvisionError } from "./provision.ts";

/** Where tooling/vitest.ts lets a package leave its report. */
const reportFile = ".report/vitest.json";

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileResult[];
}
interface FileResult {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/** The part of turbo's dry run that is read here. */
interface DryRun {
  readonly tasks: readonly { readonly task: string; readonly command: string; readonly directory: string }[];
}

const root = join(import.meta.dirname, "..");
process.exitCode = main(process.argv.slice(2));

function main(turboArguments: readonly string[]): number {
  const env: NodeJS.ProcessEnv = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
  try {
    Object.assign(env, provision({ whole: isCi() }));
  } catch (error) {
    if (!(error instanceof ProvisionError)) throw error;
    console.error(error.message);
    return 1;
  }

  const folders = testedFolders(turboArguments, env);
  // What is there afterwards is of this run, or restored by turbo for the very same inputs.
  for (const folder of folders) rmSync(join(root, folder, reportFile), { force: true });

  // One more than there are cores: the longest of them, which waits for much, is not kept for the end.
  const concurrency = 1 + Math.max(2, availableParallelism());
  const words = ["run", "test", "--continue=dependencies-successful", "--output-logs=new-only"];
  const turbo = spawnSync("turbo", [...words, `--concurrency=${concurrency}`, ...turboArguments], {
    cwd: root,
    env,
    stdio: "inherit",
  });

  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const folder of folders) {
    const { passed, failed, skipped } = count(folder);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  if (folders.length === 0 || (turbo.status !== 0 && total.failed === 0)) {
    console.error("The run broke outside the tests: see above.");
    total.failed++;
  }
  const forbiddenSkips = isCi() && total.skipped > 0;
  if (forbiddenSkips) console.error("Nothing may be skipped when CI is set.");

  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 || forbiddenSkips ? 1 : 0;
}

/** What the report of a package says; a missing one, or a file that broke as a whole, counts as a failed test. */
function count(folder: string): { passed: number; failed: number; skipped: number } {
  const report = readReport(folder);
  if (report === undefined) {
    console.error(`${folder}: the tests left no report.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.testResults.filter(brokeOutsideItsTests).length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The folders of the packages that turbo would test. */
function testedFolders(turboArguments: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const { status, stdout, stderr } = spawnSync("turbo", ["run", "test", "--dry=json", ...turboArguments], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    console.error(stderr);
    return [];
  }
  return (JSON.parse(stdout) as DryRun).tasks
    .filter(({ task, command }) => task === "test" && command !== "<NONEXISTENT>")
    .map(({ directory }) => directory);
}

function readReport(folder: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(join(root, folder, reportFile), "utf8")) as Report;
  } catch {
    return undefined;
  }
}

/** A file that could not be loaded, or whose hooks threw: no test of it failed, and yet it did. */
function brokeOutsideItsTests({ status, assertionResults }: FileResult): boolean {
  return status === "failed" && !assertionResults.some((test) => test.status === "failed");
}

function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== "" && CI !== "false" && CI !== "0";
}
