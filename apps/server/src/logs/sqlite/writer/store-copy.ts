/** Owns a copy of the store that is made while it is in use: page by page, between its commits. Must not know what is in it. */
import { closeSync, fdatasync, openSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

import { backUp } from "./sqlite-driver.ts";
import { RESULT, familyOf, resultCode } from "./sqlite-fault.ts";
import type { Failure } from "./writer-messages.ts";

/** A commit that comes meanwhile waits for one step at most. */
const STEP_PAGES = 100;
/** So many steps, and what they have written is flushed: else the last step would flush it all, and commits wait for that one too. */
const FLUSH_STEPS = 20;
/** What the store itself may come to need: a write-ahead log at its longest. */
const LEFT_FREE_BYTES = 64 * 1024 * 1024;

const flush = promisify(fdatasync);

class Stopped extends Error {}

export class StoreCopy {
  /** Why there is no copy: then there is no file either. */
  readonly done: Promise<Failure | undefined>;
  readonly #database: DatabaseSync;
  readonly #file: string;
  #isStopped = false;

  /** @param from the file of the database. @param to is written over. */
  constructor(database: DatabaseSync, from: string, to: string) {
    this.#database = database;
    this.#file = to;
    this.done = hasRoom(from, to) ? this.#make() : Promise.resolve("storage_full");
  }

  /** @returns once the database can be closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.done;
  }

  async #make(): Promise<Failure | undefined> {
    try {
      rmSync(this.#file, { force: true });
      const handle = openSync(this.#file, "wx", 0o600);
      try {
        await this.#copy(handle);
      } finally {
        closeSync(handle);
      }
      return undefined;
    } catch (error) {
      rmSync(this.#file, { force: true });
      return failureOf(error);
    }
  }

  async #copy(handle: number): Promise<void> {
    let steps = 0;
    let flushing: Promise<void> | undefined;
    try {
      await backUp(this.#database, this.#file, STEP_PAGES, () => {
        if (this.#isStopped) throw new Stopped();
        steps += 1;
        if (steps % FLUSH_STEPS !== 0) return;
        // SQLite flushes all of it once more in the end, and tells what went wrong.
        flushing ??= flush(handle)
          .catch(() => undefined)
          .finally(() => (flushing = undefined));
      });
    } finally {
      await flushing;
    }
  }
}

/** A copy that fills the disk would keep the store from what it is there for. */
function hasRoom(from: string, to: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(to));
  return bavail * bsize > statSync(from).size + LEFT_FREE_BYTES;
}

/** @throws the error itself where it is a bug. */
function failureOf(error: unknown): Failure {
  if (error instanceof Stopped) return "storage_unavailable";
  const code = resultCode(error);
  if (code !== undefined) return familyOf(code) === RESULT.full ? "storage_full" : "storage_unavailable";
  if (error instanceof Error && "syscall" in error) return "storage_unavailable";
  throw error;
}
