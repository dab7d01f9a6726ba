/** Owns a list of callbacks of the application. What they throw goes to `report`, and never to whoever calls them. */
import type { Unsubscribe } from "./rooms/room.ts";

export class Listeners<Value> {
  readonly #report: (error: unknown) => void;
  readonly #entries = new Set<{ readonly call: (value: Value) => unknown }>();

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The same function added twice is called twice. */
  add(call: (value: Value) => unknown): Unsubscribe {
    const entry = { call };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** One that is added meanwhile waits for the next value; one that is removed meanwhile is not called any more. */
  tell(value: Value): void {
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      try {
        const returned = entry.call(value);
        if (returned instanceof Promise) returned.catch(this.#report);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
