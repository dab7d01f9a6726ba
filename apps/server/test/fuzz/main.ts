/** `pnpm fuzz --target messages --runs 1000000 --seed 1`; without a target all of them, one after the other. */
import { parseArgs } from "node:util";

import { fuzz, TARGETS } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    from: { type: "string", default: "0" },
  },
});
const [runs, seed, from] = [Number(values.runs), Number(values.seed), Number(values.from)];

for (const target of values.target === undefined ? Object.keys(TARGETS) : [values.target]) {
  const { bytes, seconds, slowestMs, codes } = await fuzz({ target, runs, seed, from });
  const answers = [...codes].map(([code, count]) => `${code} ${count}`).join(", ");
  console.log(
    `${target}: ${runs} inputs of seed ${seed}, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(0)} s, ` +
      `slowest ${slowestMs.toFixed(1)} ms, nothing found; ${answers}`,
  );
}
// Timers of sessions that may come back are no reason to wait.
process.exit();
