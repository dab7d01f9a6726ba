/**
 * Owns what a connection brings while it rests, where it comes by requests that cannot be left with the client: it waits as it came, in
 * its order. To read it is what costs. Must not know what it is.
 */

/** As much as four bodies. */
const MAX_BYTES = 256 * 1024;
/** What each holds besides its own, about. */
const OVERHEAD_BYTES = 64;

export class Postponed<Item> {
  readonly #read: (item: Item) => void;
  readonly #tooMuch: () => void;
  #isPaused = false;
  /** undefined: too much has come. */
  #items: Item[] | undefined = [];
  /** Since nothing waited. */
  #bytes = 0;

  /** @param tooMuch has come to wait: nothing is read any more. */
  constructor(read: (item: Item) => void, tooMuch: () => void) {
    this.#read = read;
    this.#tooMuch = tooMuch;
  }

  /** Reads it: now, or behind what came before, once it is resumed. @param bytes that it holds, about. */
  take(item: Item, bytes: number): void {
    if (this.#items === undefined) return;
    if (!this.#isPaused && this.#items.length === 0) {
      this.#read(item);
      return;
    }
    this.#items.push(item);
    this.#bytes += bytes + OVERHEAD_BYTES;
    if (this.#bytes <= MAX_BYTES) return;
    this.#items = undefined;
    this.#tooMuch();
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** What waits is read, unless that pauses it again. */
  resume(): void {
    this.#isPaused = false;
    while (this.#items !== undefined && this.#items.length > 0) {
      if (this.#paused()) return;
      this.#read(this.#items.shift() as Item);
    }
    this.#bytes = 0;
  }

  /** A method, since reading changes it. */
  #paused(): boolean {
    return this.#isPaused;
  }
}
