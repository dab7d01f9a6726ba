/** Owns the moment at which a token expires: told once, however far away it is and however the wall clock jumps. */
import type { Clock, Timer } from "./clock.ts";

/** A token may expire in years, a timer may not: the rest is waited for in pieces. */
const MAX_TIMER_MS = 12 * 60 * 60 * 1000;

export class Expiry {
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, onExpired: () => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** @param expiresAt ms since 1970; undefined: never. Replaces what was watched before. */
  watch(expiresAt: number | undefined): void {
    this.cancel();
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - this.#clock.now();
    if (leftMs <= 0) {
      this.#onExpired();
      return;
    }
    this.#timer = this.#clock.after(Math.min(leftMs, MAX_TIMER_MS), () => {
      this.watch(expiresAt);
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
