/** Owns when a token is to be renewed and when it expires: told once each, however far away it is and however the wall clock jumps. */
import { EXPIRY_WARNING_MS } from "@roomcast/protocol";

import type { Clock, Timer } from "../ports/clock.ts";

/** A token may expire in years, a timer may not: the rest is waited for in pieces. */
const MAX_TIMER_MS = 12 * 60 * 60 * 1000;
/** With less than this left nobody gets another token in time. */
const MIN_WARNING_MS = 1_000;

export interface ExpiryListener {
  /** @param leftMs until it expires. */
  warned?(leftMs: number): void;
  expired(): void;
}

export class Expiry {
  readonly #clock: Clock;
  readonly #listener: ExpiryListener;
  #timer: Timer | undefined;

  constructor(clock: Clock, listener: ExpiryListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /**
   * Warned of 30 s before the end; where less than a minute is left, once half of it has passed: who answers each warning with
   * a token that lives no longer is not warned in a circle.
   * @param expiresAt ms since 1970; undefined: never. Replaces what was watched before.
   */
  watch(expiresAt: number | undefined): void {
    this.cancel();
    if (expiresAt === undefined) return;
    const beforeMs = Math.min(EXPIRY_WARNING_MS, (expiresAt - this.#clock.now()) / 2);
    const isWarned = this.#listener.warned !== undefined && beforeMs >= MIN_WARNING_MS;
    this.#await(expiresAt, isWarned ? expiresAt - beforeMs : undefined);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** @param warnAt undefined once that was done. */
  #await(expiresAt: number, warnAt: number | undefined): void {
    const now = this.#clock.now();
    if (expiresAt <= now) this.#listener.expired();
    else if (warnAt !== undefined && warnAt <= now) {
      this.#timer = undefined;
      this.#await(expiresAt, undefined);
      // Last: it may bring another token.
      this.#listener.warned?.(expiresAt - now);
    } else {
      const untilMs = (warnAt ?? expiresAt) - now;
      this.#timer = this.#clock.after(Math.min(untilMs, MAX_TIMER_MS), () => {
        this.#await(expiresAt, warnAt);
      });
    }
  }
}
