/** Owns the rate of what comes without a session (upgrades, hellos, HTTP requests): so many a second for each user or address. */
import type { Clock } from "../ports/clock.ts";
import { Recent } from "./recent.ts";
import { BURST_MS, TokenBucket } from "./token-bucket.ts";

/** A token bucket for each key. Keys that were not used for long are forgotten. */
export class Credits {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burstMs: number;
  /** Forgotten once it must be full again, which is what a newcomer gets as well. */
  readonly #buckets: Recent<TokenBucket>;

  /** @param perSecond 0: no limit. */
  constructor(clock: Clock, perSecond: number, burstMs = BURST_MS) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burstMs = burstMs;
    this.#buckets = new Recent(clock, burstMs);
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes `count` where there is one at least; what is lacking must come in before the next. @returns 0, or the ms until there is one again. */
  take(who: string, count = 1): number {
    return this.#perSecond === 0 ? 0 : this.#bucketOf(who).take(count);
  }

  /** Takes so many, though there may be fewer. */
  charge(who: string, count: number): void {
    if (this.#perSecond > 0) this.#bucketOf(who).charge(count);
  }

  #bucketOf(who: string): TokenBucket {
    const bucket = this.#buckets.get(who) ?? new TokenBucket(this.#clock, this.#perSecond, this.#burstMs);
    this.#buckets.set(who, bucket);
    return bucket;
  }
}
