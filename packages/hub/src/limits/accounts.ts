/** Owns what one user may send over all connections: an account for each user that has one, or had until two seconds ago. */
import type { Clock } from "../ports/clock.ts";
import type { HubSettings } from "../settings.ts";
import { BURST_MS, TokenBucket } from "./token-bucket.ts";

export interface Account {
  readonly messages: TokenBucket;
  readonly bytes: TokenBucket;
}

interface Kept extends Account {
  connections: number;
}

type Rates = Pick<HubSettings, "userMessagesPerSecond" | "userBytesPerSecond">;

export class Accounts {
  readonly #clock: Clock;
  readonly #rates: Rates;
  readonly #accounts = new Map<string, Kept>();
  /** When the last connection of each user went, oldest first. Kept for a while, so that whoever reconnects gets no fresh credit. */
  readonly #leftAtMs = new Map<string, number>();

  constructor(clock: Clock, rates: Rates) {
    this.#clock = clock;
    this.#rates = rates;
  }

  get size(): number {
    return this.#accounts.size;
  }

  /** MUST be left again. */
  enter(user: string): Account {
    this.#forget();
    this.#leftAtMs.delete(user);
    const account = this.#accounts.get(user) ?? {
      messages: new TokenBucket(this.#clock, this.#rates.userMessagesPerSecond),
      bytes: new TokenBucket(this.#clock, this.#rates.userBytesPerSecond),
      connections: 0,
    };
    account.connections += 1;
    this.#accounts.set(user, account);
    return account;
  }

  leave(user: string): void {
    const account = this.#accounts.get(user);
    if (account === undefined) return;
    account.connections -= 1;
    if (account.connections === 0) this.#leftAtMs.set(user, this.#clock.monotonicMs());
    this.#forget();
  }

  #forget(): void {
    const untilMs = this.#clock.monotonicMs() - BURST_MS;
    for (const [user, leftAtMs] of this.#leftAtMs) {
      if (leftAtMs > untilMs) return;
      this.#leftAtMs.delete(user);
      this.#accounts.delete(user);
    }
  }
}
