/** Owns the end of a turn: everything that has gathered something is flushed once, by one callback for all. */
import type { Clock } from "./clock.ts";

export interface Flushable {
  flush(): void;
}

export class Turn {
  readonly #clock: Clock;
  #waiting: Flushable[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** MUST be called once per gathering: `flush` may run early, but runs at the end of the turn at the latest. */
  add(gatherer: Flushable): void {
    if (this.#waiting.push(gatherer) > 1) return;
    this.#clock.afterTurn(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) each.flush();
    });
  }
}
