/**
 * Owns when those hear who came at once: behind the turn, and so few in one turn that a crowd that comes back leaves turns to
 * everybody else. Must not know what they hear.
 */
import type { Clock } from "@roomcast/hub";

/** As many as a group of the writer has reads. What follows from each may be a page that is printed and written. */
const MAX_ANSWERS = 64;

export class AnswerTurns {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs it in the order of the calls. */
  behind(answer: () => void): void {
    if (this.#waiting.push(answer) === 1) this.#set();
  }

  /** Resolves in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.behind(resolve);
    });
  }

  #set(): void {
    this.#clock.afterTurn(() => {
      for (const answer of this.#waiting.splice(0, MAX_ANSWERS)) answer();
      if (this.#waiting.length > 0) this.#set();
    });
  }
}
