/** Owns the credit of one connection: so many messages a second, and a burst of twice as many. */
import type { Clock } from "./clock.ts";

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
    this.#burst = perSecond * 2;
    this.#credit = this.#burst;
    this.#filledAtMs = clock.monotonicMs();
  }

  /** Takes one credit. @returns 0, or the ms until there is one again. */
  take(): number {
    if (this.#perSecond === 0) return 0;
    const nowMs = this.#clock.monotonicMs();
    this.#credit = Math.min(
      this.#burst,
      this.#credit + ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond,
    );
    this.#filledAtMs = nowMs;
    if (this.#credit < 1) return Math.ceil(((1 - this.#credit) / this.#perSecond) * 1000);
    this.#credit -= 1;
    return 0;
  }
}
