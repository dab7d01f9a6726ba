/** Owns a credit: so many a second, and what some seconds bring at once. */
import type { Clock } from "../ports/clock.ts";

/** It holds what two seconds bring, where nothing else is said. */
export const BURST_MS = 2_000;

/** Sums of fractions fall short of a whole one by less than this. */
const ROUNDING = 1e-6;

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  /** When it is full again if nothing more is taken: one figure says it all, and every connection has buckets. */
  #fullAtMs: number;

  /** @param perSecond 0: no limit. */
  constructor(clock: Clock, perSecond: number, burstMs = BURST_MS) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, (perSecond * burstMs) / 1000);
    this.#fullAtMs = clock.monotonicMs();
  }

  /**
   * Takes so much credit, one by default, where there is any: what was taken beyond it comes in again before there is more.
   * @returns 0, or the ms until there is one again.
   */
  take(count = 1, nowMs = this.#clock.monotonicMs()): number {
    if (this.#perSecond === 0) return 0;
    const missing = (Math.max(0, this.#fullAtMs - nowMs) * this.#perSecond) / 1000;
    const credit = this.#burst - missing;
    if (credit < 1 - ROUNDING) return Math.ceil(((1 - credit) / this.#perSecond) * 1000 - ROUNDING);
    this.charge(count, nowMs);
    return 0;
  }

  /** Takes so many, though there may be fewer: nothing is there again before they have come in. */
  charge(count: number, nowMs = this.#clock.monotonicMs()): void {
    if (this.#perSecond === 0) return;
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + (count * 1000) / this.#perSecond;
  }
}
