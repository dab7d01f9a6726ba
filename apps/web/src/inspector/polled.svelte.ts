/** Owns something that is asked for again and again while it is looked at: the newest answer, and why there is none. */
import { createSubscriber } from "svelte/reactivity";

import type { Outcome } from "./admin-api.svelte.ts";

export class Polled<Value> {
  #value: Value | undefined;
  #problem: string | undefined;
  #update = (): void => {};
  readonly #ask: () => Promise<Outcome<Value>>;
  readonly #follow: () => void;
  /** What was asked for before the question changed is not the answer. */
  #round = 0;

  /** @param ask may read no state: whoever wants something else asks by another object, or calls `again`. */
  constructor(ask: () => Promise<Outcome<Value>>, everyMs = 2_000) {
    this.#ask = ask;
    this.#follow = createSubscriber((update) => {
      this.#update = update;
      const timer = setInterval(() => void this.again(), everyMs);
      void this.again();
      return () => clearInterval(timer);
    });
  }

  get value(): Value | undefined {
    this.#follow();
    return this.#value;
  }

  get problem(): string | undefined {
    this.#follow();
    return this.#problem;
  }

  async again(): Promise<void> {
    const round = (this.#round += 1);
    const outcome = await this.#ask();
    if (round !== this.#round) return;
    this.#problem = outcome.ok ? undefined : outcome.message;
    if (outcome.ok) this.#value = outcome.value;
    this.#update();
  }
}
