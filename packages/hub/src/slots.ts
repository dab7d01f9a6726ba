/** Owns how many may do something at once. The others wait, and are let in first come, first served. */
import type { MaybePromise } from "./maybe-promise.ts";

export class Slots {
  #free: number;
  /** The one that came first stands first. */
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** MUST be given back. @returns a promise where there is none yet. */
  take(): MaybePromise<void> {
    if (this.#free > 0) this.#free -= 1;
    else return new Promise((resolve) => this.#waiting.add(resolve));
  }

  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
