/**
 * Owns the rests of a client that keeps sending though it is refused: its socket is left unread for a while. To refuse a message
 * costs the server as much as to handle it; one that is not read costs its sender alone. A transport that cannot pause has no rests.
 */
import { TokenBucket } from "../limits/token-bucket.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Pausing } from "./pausing.ts";

/** Up to here the refusals are enough: a client that is only hasty reads them, and slows down by itself. */
const REFUSALS_PER_SECOND = 100;
const FIRST_REST_MS = 250;
/** Each rest is so many times as long as the last. Few long ones: after each, all that the system has buffered is read at one go, while others wait. */
const GROWTH = 4;
/** Less than a pong may take, since none is read meanwhile. */
const LONGEST_REST_MS = 5_000;
/** After so long without a rest, the next one is as short as the first. */
const FORGIVEN_AFTER_MS = 10_000;

export class Rest {
  readonly #clock: Clock;
  readonly #pausing: Pausing;
  readonly #refusals: TokenBucket;
  #timer: Timer | undefined;
  #restMs = FIRST_REST_MS;
  #restedAtMs = -Infinity;

  constructor(clock: Clock, pausing: Pausing) {
    this.#clock = clock;
    this.#pausing = pausing;
    this.#refusals = new TokenBucket(clock, REFUSALS_PER_SECOND);
  }

  /** It was refused something. */
  refused(): void {
    if (this.#refusals.take() === 0 || this.#timer !== undefined) return;
    const isForgiven = this.#clock.monotonicMs() - this.#restedAtMs > FORGIVEN_AFTER_MS;
    this.#restMs = isForgiven ? FIRST_REST_MS : Math.min(GROWTH * this.#restMs, LONGEST_REST_MS);
    this.#pausing.begin();
    this.#timer = this.#clock.after(this.#restMs, () => {
      this.#timer = undefined;
      this.#restedAtMs = this.#clock.monotonicMs();
      this.#pausing.end();
    });
  }

  end(): void {
    this.#timer?.cancel();
  }
}
