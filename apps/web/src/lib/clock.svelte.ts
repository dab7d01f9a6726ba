/** Owns the time as the screen shows it: it ticks while something on the screen reads it, and costs nothing otherwise. */
import { createSubscriber } from "svelte/reactivity";

class Clock {
  readonly #subscribe: () => void;

  constructor(everyMs: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, everyMs);
      return () => clearInterval(timer);
    });
  }

  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

/** For countdowns. */
export const seconds = new Clock(250);
/** For “today” and “yesterday”. */
export const minutes = new Clock(60_000);
