/**
 * Owns leaving unread, for a while, whoever goes on though it is refused: what is refused costs us as much as what is done, and
 * what is not read costs the sender alone. Where the transport cannot, there is no rest.
 */
import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { TokenBucket } from "./token-bucket.ts";

/** A client that is only hasty is told so, and waits by itself. */
const REFUSALS_PER_SECOND = 100;
const REST_MS = 250;

export class Rest {
  readonly #clock: Clock;
  readonly #connection: Pick<Connection, "pause" | "resume">;
  readonly #refusals: TokenBucket;
  #timer: Timer | undefined;

  constructor(clock: Clock, connection: Pick<Connection, "pause" | "resume">) {
    this.#clock = clock;
    this.#connection = connection;
    this.#refusals = new TokenBucket(clock, REFUSALS_PER_SECOND);
  }

  /** It was refused something. */
  refused(): void {
    if (this.#refusals.take() === 0 || this.#timer !== undefined) return;
    this.#connection.pause?.();
    this.#timer = this.#clock.after(REST_MS, () => {
      this.#timer = undefined;
      this.#connection.resume?.();
    });
  }

  end(): void {
    this.#timer?.cancel();
  }
}
