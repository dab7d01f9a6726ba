/**
 * Owns when reads are answered from memory: behind the turn in which they were asked, and so few in one turn that a crowd that
 * comes back at once leaves turns to everybody else. Must not know what is read.
 */
import type { Clock } from "@roomcast/hub";

/** As many as a group of the writer has. */
const MAX_READS = 64;

export class ReadTurns {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves in the order of the calls. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) this.#set();
    });
  }

  #set(): void {
    this.#clock.afterTurn(() => {
      for (const answer of this.#waiting.splice(0, MAX_READS)) answer();
      if (this.#waiting.length > 0) this.#set();
    });
  }
}
