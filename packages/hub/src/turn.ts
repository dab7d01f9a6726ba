/** Owns the end of a turn: everything that has gathered something is told once, by one callback for all. */
import type { Clock } from "./ports/clock.ts";
import type { Telemetry } from "./ports/telemetry.ts";

export interface Gatherer {
  turnEnded(): void;
}

export interface Sequenced {
  /** Harmless where nothing has gathered. */
  flush(): void;
}

const turnEnded = (gatherer: Gatherer): void => gatherer.turnEnded();

export class Turn {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  #waiting: Gatherer[] = [];
  #inSequence: Sequenced | undefined;

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
      for (const each of waiting) this.#guarded(each, turnEnded);
    });
  }

  /**
   * To be called for each event that must be written in the order of the log's sequence: whoever has gathered such events
   * is flushed before another gathers them.
   */
  inSequence(gatherer: Sequenced): void {
    const before = this.#inSequence;
    this.#inSequence = gatherer;
    if (before !== gatherer && before !== undefined) this.#guarded(before, (each) => each.flush());
  }

  /** One that fails must not keep the others from what is theirs. */
  #guarded<Each>(gatherer: Each, work: (gatherer: Each) => void): void {
    try {
      work(gatherer);
    } catch (error) {
      this.#telemetry.record({ kind: "fault", where: "fan-out", error });
    }
  }
}
