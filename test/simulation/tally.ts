/** Owns how runs add up, and how that is told: for people, and as one line for programs. */
import { type Outcome, violationsOf } from "./run.ts";

const MS_PER_HOUR = 3_600_000;

export class Tally {
  readonly #startedAt = performance.now();
  #runs = 0;
  #failed = 0;
  #violations = 0;
  #acked = 0;
  #delivered = 0;
  #gaps = 0;
  #connections = 0;
  #simulatedMs = 0;

  get runs(): number {
    return this.#runs;
  }

  get failed(): number {
    return this.#failed;
  }

  add(outcome: Outcome): void {
    const violations = violationsOf(outcome).length;
    this.#runs += 1;
    this.#failed += violations > 0 ? 1 : 0;
    this.#violations += violations;
    this.#acked += outcome.acked;
    this.#delivered += outcome.delivered;
    this.#gaps += outcome.gaps;
    this.#connections += outcome.connections;
    this.#simulatedMs += outcome.simulatedMs;
  }

  /** How much faster than the world. */
  get speed(): number {
    return Math.round(this.#simulatedMs / (performance.now() - this.#startedAt));
  }

  tell(seed: number): void {
    const figures = {
      ...{ seed, runs: this.#runs, failed: this.#failed, violations: this.#violations },
      ...{ acked: this.#acked, delivered: this.#delivered, gaps: this.#gaps, connections: this.#connections },
      simulatedHours: Math.round(this.#simulatedMs / MS_PER_HOUR),
      seconds: Math.round((performance.now() - this.#startedAt) / 1000),
      speed: this.speed,
    };
    console.log(`\nseeds ${seed}–${seed + this.#runs - 1}: ${figures.violations} violations`);
    console.log(`  ${figures.acked} acked, ${figures.delivered} delivered, ${figures.gaps} gaps told`);
    console.log(`  ${figures.connections} connections in ${figures.simulatedHours} simulated hours`);
    console.log(`  ${figures.seconds} s, ${figures.speed} times as fast as the world`);
    console.log(`simulate ${JSON.stringify(figures)}`);
  }
}
