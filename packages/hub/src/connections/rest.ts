/**
 * Owns leaving unread, for a while, whoever goes on though it is refused: what is refused costs us as much as what is done, and
 * what is not read costs the sender alone. Where the transport cannot, there is no rest.
 */
import { TokenBucket } from "../limits/token-bucket.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Pausing } from "./pausing.ts";

/** A client that is only hasty is told so, and waits by itself. */
const REFUSALS_PER_SECOND = 100;
const FIRST_REST_MS = 250;
/** Each is so much longer than the last: what the system holds for us is read at one go afterwards, and others wait meanwhile. */
const GROWTH = 4;
/** Less than a pong may take. */
const LONGEST_REST_MS = 5_000;
/** Who was as good for so long begins anew. */
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
