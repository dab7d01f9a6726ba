/** Everything about the workspace that can be judged without running it. Each step says how it went; one that failed, why. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

/** The longest first: the others go on beside it. */
const steps: readonly Step[] = [
  { name: "lint", command: ["eslint", "--max-warnings=0", "."] },
  { name: "format", command: ["prettier", "--check", "."] },
  { name: "types", command: ["turbo", "run", "types", "--continue", "--output-logs=errors-only"] },
  { name: "boundaries", command: ["turbo", "boundaries"] },
  { name: "floors", command: ["node", "scripts/check-floors.ts"] },
  { name: "unused", command: ["knip"] },
  { name: "packages", command: ["node", "scripts/check-packages.ts"] },
];

const root = join(import.meta.dirname, "..");
const failed: string[] = [];
const width = Math.max(...steps.map(({ name }) => name.length));

// One iterator for all of them: each takes the next step that nobody has taken.
const waiting = steps.values();
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (const step of waiting) await judge(step);
  }),
);
if (failed.length > 0) {
  console.log(`Failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

async function judge({ name, command }: Step): Promise<void> {
  const startedAt = performance.now();
  const { ok, output } = await run(command);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(width)}  ${seconds.padStart(5)} s`);
  if (!ok) {
    failed.push(name);
    console.log(`\n$ ${command.join(" ")}\n${output.trim()}\n`);
  }
}

function run([program = "", ...words]: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ ok: boolean; output: string }>();
  const child = spawn(program, words, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  child.on("error", (error) => {
    resolve({ ok: false, output: error.message });
  });
  child.on("close", (code) => {
    resolve({ ok: code === 0, output });
  });
  return promise;
}
