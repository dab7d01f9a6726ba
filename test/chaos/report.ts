/** Owns how a matrix is told: while it runs, when a run failed, and at the end, for people and for programs. */
import type { History } from "@roomcast/hub/testing";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { MatrixName } from "./options.ts";
import { percentile, Verdict } from "./verdict.ts";

const FOLDER = fileURLToPath(new URL("../.report/chaos/", import.meta.url));
const SHOWN_FINDINGS = 5;
const SHOWN_VALUES = 6;
const TELL_EVERY = 10;

export class Report {
  readonly sum = new Verdict();
  readonly #matrix: MatrixName;
  readonly #seed: number;
  readonly #startedAt = performance.now();
  #runs = 0;
  #failed = 0;

  constructor(matrix: MatrixName, seed: number) {
    this.#matrix = matrix;
    this.#seed = seed;
  }

  /** @param history of the run, if it came as far as one. */
  add(seed: number, verdict: Verdict, history: History | undefined): void {
    this.#runs += 1;
    this.sum.add(verdict);
    if (verdict.violations > 0) this.#tellFailure(seed, verdict, history);
    if (this.#runs % TELL_EVERY === 0)
      console.log(
        `${this.#matrix}: ${this.#runs} runs, ${this.sum.acked} acked, ${this.sum.violations} violations`,
      );
  }

  /** @returns whether every promise was kept. */
  end(): boolean {
    const { acked, gaps, violations, connections, kills, hits, missed, resumeMs, readyMs } = this.sum;
    const figures = {
      ...{
        matrix: this.#matrix,
        seed: this.#seed,
        runs: this.#runs,
        failed: this.#failed,
        acked,
        gaps,
        violations,
        kills,
      },
      failpoints: Object.fromEntries([...hits].filter(([, count]) => count > 0)),
      missed,
      ...{
        resumes: resumeMs.length,
        resumeP50Ms: percentile(resumeMs, 0.5),
        resumeP99Ms: percentile(resumeMs, 0.99),
      },
      ...{ readyP50Ms: percentile(readyMs, 0.5), readyMaxMs: percentile(readyMs, 1) },
      seconds: Math.round((performance.now() - this.#startedAt) / 1000),
    };
    const deaths = [...hits.values()].reduce((sum, count) => sum + count, kills);
    console.log(`\n${this.#matrix} matrix, seeds ${this.#seed}–${this.#seed + this.#runs - 1}`);
    console.log(`  ${acked} acked events in ${this.#runs} runs, ${gaps} gaps told: ${violations} violations`);
    if (deaths > 0) console.log(`  ${deaths} deaths: ${kills} at random, ${told(hits)}`);
    if (connections > 0) console.log(`  ${connections} connections through bad networks`);
    console.log(
      `  back, caught up and answered: p50 ${figures.resumeP50Ms} ms, p99 ${figures.resumeP99Ms} ms of ${resumeMs.length}`,
    );
    if (readyMs.length > 0)
      console.log(`  from start to ready: p50 ${figures.readyP50Ms} ms, at most ${figures.readyMaxMs} ms`);
    console.log(`chaos ${JSON.stringify(figures)}`);
    return violations === 0;
  }

  #tellFailure(seed: number, { findings, faults }: Verdict, history: History | undefined): void {
    this.#failed += 1;
    mkdirSync(FOLDER, { recursive: true });
    const file = `${FOLDER}${this.#matrix}-${seed}.json`;
    writeFileSync(file, JSON.stringify({ seed, findings, faults, ...history }, null, 1));
    console.log(`\n${this.#matrix}, seed ${seed}: ${findings.length + faults.length} violations`);
    for (const { rule, room, who, offsets, ids, what } of findings.slice(0, SHOWN_FINDINGS))
      console.log(`  ${rule} ${room}, ${who}: ${what}; offsets ${some(offsets)}; ids ${some(ids)}`);
    for (const fault of faults.slice(0, SHOWN_FINDINGS)) console.log(`  ${fault}`);
    console.log(`  its history: ${file}`);
    console.log(`  once more: npx pnpm@12 chaos --only ${this.#matrix} --runs 1 --seed ${seed}`);
  }
}

const some = (values: readonly (number | string)[]): string =>
  values.length > SHOWN_VALUES
    ? `${values.slice(0, SHOWN_VALUES).join(" ")} … (${values.length})`
    : values.join(" ");

const told = (hits: ReadonlyMap<string, number>): string =>
  [...hits].map(([failpoint, count]) => `${failpoint} ${count}`).join(", ");
