/**
 * Owns the small file beside the store by which a copy that was put back is told from the store that was only closed. Both bear the
 * same mark, renewed from time to time, and the file knows on which files it was written. Must not know what the store holds.
 */
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

import { flushFolder } from "./flush-folder.ts";

const NOTE =
  "Tells that the store beside it is the one that was used last. After you have put back a copy of the store, delete this file.";

const NS = { bigint: true } as const;

interface Testimony {
  readonly note: string;
  readonly marks: readonly string[];
  readonly store: Origin;
  readonly self: Origin;
}

/** What the file system gave to a file and gives to no copy of it. Numbers of deleted files are used again, births are not. */
interface Origin {
  readonly number: string;
  /** Ns since 1970. */
  readonly born: string;
}

export class Witness {
  readonly #store: string;
  readonly #file: string;

  /** @param store the database file. */
  constructor(store: string) {
    this.#store = store;
    this.#file = `${store}-witness`;
  }

  /** Whether the store that bears this mark is the one that was used here last. */
  knows(mark: string): boolean {
    const testimony = this.#read();
    return (
      testimony !== undefined &&
      testimony.marks.includes(mark) &&
      isOf(testimony.store, this.#store) &&
      isOf(testimony.self, this.#file)
    );
  }

  /** On the disk when it returns. Throws as node:fs does, with what stood there before. */
  attest(...marks: readonly string[]): void {
    const fresh = `${this.#file}-new`;
    const handle = openSync(fresh, "w", 0o600);
    try {
      const [store, self] = [statSync(this.#store, NS), fstatSync(handle, NS)].map(originOf);
      const testimony = { note: NOTE, marks, store, self };
      writeSync(handle, `${JSON.stringify(testimony, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, this.#file);
    flushFolder(dirname(this.#file));
  }

  #read(): Testimony | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Testimony;
    } catch {
      // Not there, or not to be read: nobody testifies.
      return undefined;
    }
  }
}

const originOf = ({ ino, birthtimeNs }: BigIntStats): Origin => ({
  number: String(ino),
  born: String(birthtimeNs),
});

function isOf(origin: Origin, file: string): boolean {
  const found = statSync(file, { ...NS, throwIfNoEntry: false });
  if (found === undefined || originOf(found).number !== origin.number) return false;
  // A file system that keeps no births tells the last change, or nothing, in their place.
  return originOf(found).born === origin.born || found.birthtimeNs === found.ctimeNs;
}

/** What node:fs throws. */
export const isFileError = (error: unknown): error is NodeJS.ErrnoException & { readonly code: string } =>
  error instanceof Error && "syscall" in error && "code" in error;
