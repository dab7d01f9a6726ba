/**
 * Owns the room that the write-ahead log has in its file. A commit that makes the file longer waits for the file system's own
 * journal, behind all that others write to the disk, and costs twice the CPU. So the file is made as long as it will be ahead,
 * between groups: SQLite takes zeros for the end of its log.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writevSync } from "node:fs";

import { isFileError } from "./witness.ts";

/** A store that is hardly written to needs none. */
const IN_USE_BYTES = 1024 * 1024;
/** Written and flushed in about the time of a commit: the next one may wait for it. */
const STEP_BYTES = 1024 * 1024;
const ZEROS = new Uint8Array(64 * 1024);
const STEP = Array.from({ length: STEP_BYTES / ZEROS.length }, () => ZEROS);

export class WalRoom {
  readonly #file: string;
  /** None, once there was no space for it. */
  #wantedBytes: number;
  #isShort = false;

  /** @param wantedBytes how long the log becomes before it begins anew. */
  constructor(store: string, wantedBytes: number) {
    this.#file = `${store}-wal`;
    this.#wantedBytes = wantedBytes;
  }

  get isShort(): boolean {
    return this.#isShort;
  }

  /** With the length of the file, after a commit. */
  note(fileBytes: number): void {
    this.#isShort = fileBytes >= IN_USE_BYTES && fileBytes < this.#wantedBytes;
  }

  /** One step, between commits. Where there is no space for it, the log goes on without. Throws when a flush failed. */
  extend(): void {
    try {
      this.note(lengthened(this.#file) ?? this.#giveUp());
    } catch (error) {
      if (!isFileError(error) || error.syscall === "fsync") throw error;
      this.note(this.#giveUp());
    }
  }

  #giveUp(): number {
    this.#wantedBytes = 0;
    return 0;
  }
}

/** By a step. @returns how long it is now; undefined where it is as it was. Throws as node:fs does. */
function lengthened(file: string): number | undefined {
  // SQLite locks the database file alone: closing this one takes no lock away.
  const handle = openSync(file, "r+");
  try {
    const { size } = fstatSync(handle);
    if (writevSync(handle, STEP, size) < STEP_BYTES) {
      ftruncateSync(handle, size);
      return undefined;
    }
    fsyncSync(handle);
    return size + STEP_BYTES;
  } finally {
    closeSync(handle);
  }
}
