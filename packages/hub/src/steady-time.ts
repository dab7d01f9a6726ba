/**
 * Owns a wall clock by which it is safe to forget things: it does not run ahead of the time that has really passed. When the system's
 * clock jumps back, that is believed at once; when it jumps ahead, once it has stayed there for a day. Must not know what is forgotten.
 */
import type { Clock } from "./ports/clock.ts";

/** By then somebody, or a time server, has set right a clock that was wrong. */
const BELIEVED_AFTER_MS = 24 * 60 * 60 * 1000;
/** What a clock may gain between two looks at it without having jumped. */
const DRIFT_MS = 1_000;

/** A wall clock that jumps of the system's clock do not put ahead. */
export class SteadyTime {
  readonly #clock: Pick<Clock, "now" | "monotonicMs">;
  /** What is believed of the wall clock, less the monotonic one. */
  #offsetMs: number;
  /** While the wall clock is ahead of that: since when, and by how much at least. */
  #claim: { readonly offsetMs: number; readonly sinceMs: number } | undefined;

  /** @param last what an earlier run of the process was told last. This one begins no later: all since then may have been a jump. */
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
