/** Owns the end of a turn: everything that has gathered something is told once, by one callback for all. */
import type { Clock } from "./clock.ts";
import type { Telemetry } from "./telemetry.ts";

export interface Gatherer {
  turnEnded(): void;
}

export class Turn {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  #waiting: Gatherer[] = [];

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /** MUST be called once per gathering: `turnEnded` is called at the end of this turn. */
  add(gatherer: Gatherer): void {
    if (this.#waiting.push(gatherer) > 1) return;
    this.#clock.afterTurn(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) this.#end(each);
    });
  }

  /** One that fails must not keep the others from their end of the turn. */
  #end(gatherer: Gatherer): void {
    try {
      gatherer.turnEnded();
    } catch (error) {
      this.#telemetry.record({ kind: "fault", where: "fan-out", error });
    }
  }
}
