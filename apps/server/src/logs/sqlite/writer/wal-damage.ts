/**
 * Owns the look at a write-ahead log before SQLite reads it. SQLite takes it up to the first frame that is not whole, and says
 * nothing of what lies behind. A crash leaves one transaction there at most: what came before it had been flushed. More than one has
 * been damaged otherwise, and events that were acknowledged are lost.
 */
import { readFileSync } from "node:fs";

/** The format is SQLite's own: https://sqlite.org/fileformat2.html#walformat. All numbers are big-endian. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = { littleEndianSums: 0x377f0682, bigEndianSums: 0x377f0683 } as const;

export type WalState = "whole" | "damaged" | "missing";

export function walState(file: string): WalState {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "missing";
    // SQLite will say why it cannot be read.
    return "whole";
  }
  return commitsBehindFault(bytes) > 1 ? "damaged" : "whole";
}

/** How many transactions of the present log end behind the first frame that is not whole. */
function commitsBehindFault(bytes: Buffer): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) return 0;
  const magic = view.getUint32(0);
  if (magic !== MAGIC.littleEndianSums && magic !== MAGIC.bigEndianSums) return 0;
  const frameBytes = FRAME_HEADER_BYTES + view.getUint32(8);
  const sums = new Sums(view, magic === MAGIC.littleEndianSums);
  sums.add(0, 24);
  let isWhole = sums.areAt(24);
  let commits = 0;
  for (let at = HEADER_BYTES; at + frameBytes <= bytes.length; at += frameBytes) {
    // What an earlier round of the log has left has other salts.
    if (view.getUint32(at + 8) !== view.getUint32(16) || view.getUint32(at + 12) !== view.getUint32(20)) {
      isWhole = false;
      continue;
    }
    if (isWhole) {
      sums.add(at, 8);
      sums.add(at + FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES);
      isWhole = sums.areAt(at + 16);
    }
    // The last frame of a transaction tells how large the database is after it.
    if (!isWhole && view.getUint32(at + 4) !== 0) commits += 1;
  }
  return commits;
}

/** Each frame's are over all that lies before it. */
class Sums {
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(view: DataView, littleEndian: boolean) {
    this.#view = view;
    this.#littleEndian = littleEndian;
  }

  add(from: number, bytes: number): void {
    for (let at = from; at < from + bytes; at += 8) {
      this.#first = (this.#first + this.#view.getUint32(at, this.#littleEndian) + this.#second) >>> 0;
      this.#second = (this.#second + this.#view.getUint32(at + 4, this.#littleEndian) + this.#first) >>> 0;
    }
  }

  areAt(at: number): boolean {
    return this.#view.getUint32(at) === this.#first && this.#view.getUint32(at + 4) === this.#second;
  }
}
