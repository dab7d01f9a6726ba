/** Owns what is done again and again until it is stopped. */
import type { Clock, Timer } from "@roomcast/hub";

export class Beat {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #run: () => void;
  #timer: Timer;

  constructor(clock: Clock, everyMs: number, run: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#run = run;
    this.#timer = this.#next();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #next(): Timer {
    return this.#clock.after(this.#everyMs, () => {
      this.#timer = this.#next();
      this.#run();
    });
  }
}
