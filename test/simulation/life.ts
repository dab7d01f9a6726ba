/**
 * Owns one life of a program: the clock that it sees, and its end. What a dead program had under way does not happen. Serves
 * as the clock of the hub and of the client alike.
 */
import type { Clock } from "@roomcast/hub";

import type { Timeline } from "./timeline.ts";

/** 2026-01-01T00:00:00Z, ms since 1970. */
const START_OF_2026 = 1_767_225_600_000;

export class Life implements Clock {
  readonly #timeline: Timeline;
  #ended = false;
  readonly #onEnd: (() => void)[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get ended(): boolean {
    return this.#ended;
  }

  now(): number {
    return START_OF_2026 + this.#timeline.nowMs;
  }

  monotonicMs(): number {
    return this.#timeline.nowMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    return this.#timeline.after(delayMs, () => {
      if (!this.#ended) run();
    });
  }

  afterTurn(run: () => void): void {
    this.#timeline.afterTurn(() => {
      if (!this.#ended) run();
    });
  }

  /** Of what is outside of the program, and notices. */
  onEnd(run: () => void): void {
    this.#onEnd.push(run);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const run of this.#onEnd) run();
  }
}
