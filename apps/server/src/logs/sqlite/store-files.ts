/** Owns the files of an open store: whether they are still where the next opening will look for them. */
import { statSync } from "node:fs";

/** What was written since went into files that nobody will find. The message is one sentence for the operator. */
export class StoreGone extends Error {}

export class StoreFiles {
  /** By path, as they were opened. */
  readonly #numbers: ReadonlyMap<string, bigint | undefined>;

  constructor(store: string) {
    this.#numbers = new Map([store, `${store}-wal`].map((file) => [file, numberOf(file)]));
  }

  /** @throws StoreGone */
  check(): void {
    for (const [file, number] of this.#numbers)
      if (numberOf(file) !== number)
        throw new StoreGone(
          `${file} was removed or replaced while the server used it; nothing more is acknowledged`,
        );
  }
}

/** While it is open, no other file has the number. undefined where there is none. */
const numberOf = (file: string): bigint | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
