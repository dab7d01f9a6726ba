/** The simulation program: seed by seed, and what breaks a rule is shortened and shown. Ends with 1 when one was broken. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { readOptions, USAGE } from "./options.ts";
import { type Outcome, run, violationsOf } from "./run.ts";
import { shorten } from "./shorten.ts";
import { Tally } from "./tally.ts";

const FOLDER = fileURLToPath(new URL("../.report/simulation/", import.meta.url));
/** Runs take turns: what waits for promises in one is no wait for the others. */
const PARALLEL = 16;
const TELL_EVERY = 1_000;
const SHOWN_VIOLATIONS = 5;
const SHOWN_LINES = 80;
const SHOWN_LENGTH = 160;

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${USAGE}`);
  process.exit(1);
}
const { seed: first, runs } = options;
const tally = new Tally();
let next = first;
await Promise.all(Array.from({ length: PARALLEL }, work));
tally.tell(first);
process.exit(tally.failed > 0 ? 1 : 0);

async function work(): Promise<void> {
  while (next < first + runs) {
    const seed = next++;
    const outcome = await run(seed);
    tally.add(outcome);
    if (violationsOf(outcome).length > 0) show(seed, await shorten(seed, outcome));
    if (tally.runs % TELL_EVERY === 0)
      console.log(`${tally.runs} runs, ${tally.failed} failed, ${tally.speed} times as fast as the world`);
  }
}

function show(seed: number, shortest: Outcome): void {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}${seed}.txt`;
  const { lines } = shortest.trace;
  writeFileSync(file, `${lines.join("\n")}\n`);
  console.log(`\nseed ${seed}, in ${shortest.taken.length} of ${shortest.steps} steps:`);
  for (const line of lines.slice(-SHOWN_LINES)) console.log(`  ${line.slice(0, SHOWN_LENGTH)}`);
  for (const violation of violationsOf(shortest).slice(0, SHOWN_VIOLATIONS)) console.log(`  ${violation}`);
  console.log(`  its trace: ${file}`);
  console.log(`  once more: npx pnpm@12 simulate --runs 1 --seed ${seed}`);
}
