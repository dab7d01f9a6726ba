/**
 * Owns the file that log lines go to, one at a time and at once, so that nothing is missing after the process has gone. Where it takes
 * nothing, as on a full disk or where a reader stands still, lines are lost and counted, and the server goes on.
 */
import { writeSync } from "node:fs";

/** How long the server stands still for a reader that does; once, until it has read again. */
const PATIENCE_MS = 500;
const ASK_EVERY_MS = 10;

export class LineWriter {
  readonly #file: number;
  /** Hears how many were lost, behind the first line that is written again. */
  readonly #onLost: (lines: number) => void;
  #lost = 0;
  /** The last line is there in part. */
  #isCut = false;

  constructor(file: number, onLost: (lines: number) => void) {
    this.#file = file;
    this.#onLost = onLost;
  }

  write(line: string): void {
    const lost = this.#lost;
    if (!this.#put(Buffer.from(this.#isCut ? `\n${line}` : line), lost === 0 ? PATIENCE_MS : 0)) {
      this.#lost += 1;
    } else if (lost > 0) {
      this.#lost = 0;
      this.#onLost(lost);
    }
  }

  /** @returns whether all of it is written. */
  #put(bytes: Buffer, patienceMs: number): boolean {
    let written = 0;
    for (let waitedMs = 0; written < bytes.length;) {
      try {
        written += writeSync(this.#file, bytes, written);
      } catch (error) {
        if (!isBusy(error) || waitedMs >= patienceMs) break;
        Atomics.wait(STILL, 0, 0, ASK_EVERY_MS);
        waitedMs += ASK_EVERY_MS;
      }
    }
    if (written > 0) this.#isCut = written < bytes.length;
    return written === bytes.length;
  }
}

const STILL = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** A pipe whose reader is behind. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EAGAIN";
