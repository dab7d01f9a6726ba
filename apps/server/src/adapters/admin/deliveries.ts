/** Owns how long each event takes from its admission to the end of the turn in which it is written to its receivers. */
import type { Clock, PublishedEvent } from "@roomcast/hub";

export class Deliveries {
  readonly #clock: Clock;
  readonly #took: (durationMs: number) => void;
  /** When the events set out that are written at the end of this turn. */
  #underWayMs: number[] = [];

  constructor(clock: Clock, took: (durationMs: number) => void) {
    this.#clock = clock;
    this.#took = took;
  }

  count({ sinceMs }: PublishedEvent): void {
    if (this.#underWayMs.push(sinceMs) > 1) return;
    this.#clock.afterTurn(() => {
      const nowMs = this.#clock.monotonicMs();
      for (const eachMs of this.#underWayMs) this.#took(nowMs - eachMs);
      this.#underWayMs = [];
    });
  }
}
