/** Owns the files of an open store: whether they are still where the next opening will look for them. */
import { type BigIntStats, statSync } from "node:fs";

/** What was written since went into files that nobody will find. The message is one sentence for the operator. */
export class StoreGone extends Error {}

export class StoreFiles {
  readonly #store: Known;
  readonly #wal: Known;

  constructor(store: string) {
    [this.#store, this.#wal] = [known(store), known(`${store}-wal`)];
  }

  /** @returns how long the write-ahead log's file is. @throws StoreGone */
  check(): number {
    found(this.#store);
    return Number(found(this.#wal)?.size ?? 0);
  }
}

interface Known {
  readonly file: string;
  /** While it is open, no other file has the number. undefined where there was none. */
  readonly number: bigint | undefined;
}

const look = (file: string): BigIntStats | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false });

const known = (file: string): Known => ({ file, number: look(file)?.ino });

function found({ file, number }: Known): BigIntStats | undefined {
  const stats = look(file);
  if (stats?.ino === number) return stats;
  throw new StoreGone(
    `${file} was removed or replaced while the server used it; nothing more is acknowledged`,
  );
}
