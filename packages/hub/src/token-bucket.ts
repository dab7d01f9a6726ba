/** Owns a credit: so many a second, and a burst of twice as many. */
import type { Clock } from "./clock.ts";

/** Sums of fractions fall short of a whole one by less than this. */
const ROUNDING = 1e-6;

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #credit: number;
  #filledAtMs: number;

  /** @param perSecond 0: no limit. */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, perSecond * 2);
    this.#credit = this.#burst;
    this.#filledAtMs = clock.monotonicMs();
  }

  /**
   * Takes so much credit, one by default, where there is any: what was taken beyond it comes in again before there is more.
   * @returns 0, or the ms until there is one again.
   */
  take(count = 1, nowMs = this.#clock.monotonicMs()): number {
    if (this.#perSecond === 0) return 0;
    this.#fill(nowMs);
    if (this.#credit < 1 - ROUNDING)
      return Math.ceil(((1 - this.#credit) / this.#perSecond) * 1000 - ROUNDING);
    this.#credit -= count;
    return 0;
  }

  /** Takes so many, though there may be fewer: nothing is there again before they have come in. */
  charge(count: number): void {
    this.#fill(this.#clock.monotonicMs());
    this.#credit -= count;
  }

  #fill(nowMs: number): void {
    this.#credit = Math.min(
      this.#burst,
      this.#credit + ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond,
    );
    this.#filledAtMs = nowMs;
  }
}
