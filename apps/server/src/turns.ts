/**
 * Owns how work that comes in large numbers is spread: it runs after the present turn of the event loop, and only so much of it in
 * each turn, so that other work comes in between. Must not know what is done.
 */
import type { Clock } from "@roomcast/hub";

export class Turns {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #isSet = false;

  /** @param most in one turn of the event loop. */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Runs it in the order of the calls. */
  behind(run: () => void): void {
    this.#waiting.push(run);
    this.#set();
  }

  /** Resolves in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.behind(resolve);
    });
  }

  #set(): void {
    if (this.#isSet || this.#waiting.length === 0) return;
    this.#isSet = true;
    this.#clock.afterTurn(() => {
      const due = this.#waiting.splice(0, this.#most);
      this.#isSet = false;
      this.#set();
      for (const run of due) run();
    });
  }
}
