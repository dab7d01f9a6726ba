/** Owns "one at a time, in order": what comes behind something that takes its time waits, so that nothing overtakes it. */
import { isPromise, type MaybePromise } from "../maybe-promise.ts";

/** Whose lane it is. */
interface Handler<Item> {
  /** MUST NOT throw, and what it returns MUST NOT reject. */
  handle(item: Item): MaybePromise<void>;
}

export class Lane<Item> {
  readonly #handler: Handler<Item>;
  /** Most lanes never have any. */
  #waiting: Item[] | undefined;
  #busy = false;

  constructor(handler: Handler<Item>) {
    this.#handler = handler;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting?.length ?? 0;
  }

  take(item: Item): void {
    if (this.#busy) {
      (this.#waiting ??= []).push(item);
      return;
    }
    this.#busy = true;
    const handled = this.#handler.handle(item);
    // What was handled at once may have brought in the next.
    if (isPromise(handled) || this.length > 0) void this.#goOn(handled);
    else this.#busy = false;
  }

  /** Nothing that waits is handled any more. */
  clear(): void {
    this.#waiting = undefined;
  }

  async #goOn(first: MaybePromise<void>): Promise<void> {
    await first;
    for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
      await this.#handler.handle(next);
    }
    this.#busy = false;
  }
}
