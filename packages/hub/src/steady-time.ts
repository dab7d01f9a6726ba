/**
 * Owns a wall clock that is safe to forget by. It never runs ahead of the time that has really passed: a wall clock that jumps ahead
 * is believed once it has stood so for a day, one that jumps back at once. Must not know what is forgotten.
 */
import type { Clock } from "./ports/clock.ts";

/** By then somebody, or a time server, has set right a clock that was wrong. */
const BELIEVED_AFTER_MS = 24 * 60 * 60 * 1000;
/** What a clock may gain between two looks at it without having jumped. */
const DRIFT_MS = 1_000;

export class SteadyTime {
  readonly #clock: Pick<Clock, "now" | "monotonicMs">;
  /** Between the wall clock as it is believed, and the monotonic one. */
  #offsetMs: number;
  /** The least that the wall clock has been ahead of that since `sinceMs`. */
  #claim: { readonly offsetMs: number; readonly sinceMs: number } | undefined;

  /** @param last what it told last, in an earlier life of the process; the time since then may be a jump. */
  constructor(clock: Pick<Clock, "now" | "monotonicMs">, last = Infinity) {
    this.#clock = clock;
    this.#offsetMs = Math.min(clock.now(), last) - clock.monotonicMs();
  }

  /** Ms since 1970. */
  now(): number {
    const monotonicMs = this.#clock.monotonicMs();
    const offsetMs = this.#clock.now() - monotonicMs;
    if (offsetMs <= this.#offsetMs + DRIFT_MS) {
      this.#believe(offsetMs);
    } else {
      const { sinceMs = monotonicMs, offsetMs: least = offsetMs } = this.#claim ?? {};
      this.#claim = { sinceMs, offsetMs: Math.min(least, offsetMs) };
      if (monotonicMs - sinceMs >= BELIEVED_AFTER_MS) this.#believe(this.#claim.offsetMs);
    }
    return monotonicMs + this.#offsetMs;
  }

  #believe(offsetMs: number): void {
    this.#offsetMs = offsetMs;
    this.#claim = undefined;
  }
}
