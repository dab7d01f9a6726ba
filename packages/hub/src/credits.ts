/** Owns what may be asked before there is a session, or without one: so much a second by each user or address. */
import type { Clock } from "./clock.ts";
import { BURST_MS, TokenBucket } from "./token-bucket.ts";

interface Account {
  readonly bucket: TokenBucket;
  usedAtMs: number;
}

export class Credits {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burstMs: number;
  /** The one that was used last stands last. */
  readonly #accounts = new Map<string, Account>();

  /** @param perSecond 0: no limit. */
  constructor(clock: Clock, perSecond: number, burstMs = BURST_MS) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burstMs = burstMs;
  }

  get size(): number {
    return this.#accounts.size;
  }

  /** Takes one credit. @returns 0, or the ms until there is one again. */
  take(who: string): number {
    if (this.#perSecond === 0) return 0;
    const nowMs = this.#clock.monotonicMs();
    const account = this.#accounts.get(who) ?? {
      bucket: new TokenBucket(this.#clock, this.#perSecond, this.#burstMs),
      usedAtMs: 0,
    };
    account.usedAtMs = nowMs;
    this.#accounts.delete(who);
    this.#accounts.set(who, account);
    // Whoever asked for nothing that long has a full bucket, as a newcomer has.
    this.#forget(nowMs - this.#burstMs);
    return account.bucket.take();
  }

  #forget(untilMs: number): void {
    for (const [who, { usedAtMs }] of this.#accounts) {
      if (usedAtMs > untilMs) return;
      this.#accounts.delete(who);
    }
  }
}
