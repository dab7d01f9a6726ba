/** Owns how many events have gone in and out since the hub began, and telling whoever watches of each. */
import type { Clock } from "../ports/clock.ts";
import type { PublishedEvent, Telemetry } from "../ports/telemetry.ts";

export class Traffic {
  /** Events that were published here, a repeated one once. */
  eventsIn = 0;
  /** Events times the members that each was sent to. */
  eventsOut = 0;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /** When an event sets out; undefined while nobody watches, and then no clock is read. */
  begin(): number | undefined {
    return this.#telemetry.published === undefined ? undefined : this.#clock.monotonicMs();
  }

  /** It was kept, or sent to whoever was there. @param sinceMs what `begin` said. */
  published(sinceMs: number | undefined, what: () => Omit<PublishedEvent, "sinceMs">): void {
    this.eventsIn += 1;
    // Nothing was noted of one that set out before somebody watched.
    if (sinceMs !== undefined) this.#telemetry.published?.({ ...what(), sinceMs });
  }
}
