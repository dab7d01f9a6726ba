/** Owns the end of a turn: everything that has gathered something is flushed once, by one callback for all. */
import type { Clock } from "./clock.ts";
import type { Telemetry } from "./telemetry.ts";

export interface Flushable {
  flush(): void;
}

export class Turn {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  #waiting: Flushable[] = [];

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /** MUST be called once per gathering: `flush` may run early, but runs at the end of the turn at the latest. */
  add(gatherer: Flushable): void {
    if (this.#waiting.push(gatherer) > 1) return;
    this.#clock.afterTurn(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) this.#flush(each);
    });
  }

  /** One that fails must not keep the others from their end of the turn. */
  #flush(gatherer: Flushable): void {
    try {
      gatherer.flush();
    } catch (error) {
      this.#telemetry.record({ kind: "fault", where: "fan-out", error });
    }
  }
}
