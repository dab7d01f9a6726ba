/** Owns how many durations there were up to each bound, since the beginning: what a scraper can add up over servers. */
import type { Sample } from "./exposition.ts";

/** In seconds: from a commit in memory to a disk that is in trouble. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

export class DurationHistogram {
  /** Of each bound those that lie above the one before; the last has no bound. */
  readonly #counts = new Array<number>(BOUNDS.length + 1).fill(0);
  #sum = 0;

  record(durationMs: number): void {
    const seconds = durationMs / 1_000;
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = index === -1 ? BOUNDS.length : index;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  samples(): readonly Sample[] {
    let count = 0;
    const buckets = this.#counts.map((each, index) => ({
      suffix: "_bucket",
      labels: { le: String(BOUNDS[index] ?? "+Inf") },
      value: (count += each),
    }));
    return [...buckets, { suffix: "_sum", value: this.#sum }, { suffix: "_count", value: count }];
  }
}
