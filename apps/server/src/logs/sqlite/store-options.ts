/** Owns what a caller chooses about the SQLite store. Must not know how any of it is done. */
import type { Clock, Durability, Trimmed } from "@roomcast/hub";

import type { FlushGate } from "./writer/flush-gate.ts";

export interface SqliteStoreOptions {
  /** The folder that holds everything; made with mode 0700 where it is missing. One store at a time. */
  readonly dataDir: string;
  /** `disk` (default): an ack survives a power cut. `process`: a killed process. */
  readonly durability?: Extract<Durability, "process" | "disk">;
  readonly clock: Clock;
  /** Events kept per room; default 10,000. */
  readonly historyEvents?: number;
  /** Bytes of data kept per room, the newest event at least; default 64 MiB, Infinity is no limit. */
  readonly historyBytes?: number;
  /** Days that an event is kept; default 30. */
  readonly historyDays?: number;
  /** Memory for the newest events of rooms in use, about; default 16 MiB. What is asked of them needs no way to the disk. */
  readonly tailBytes?: number;
  /** Called for each part of what is forgotten of the rooms. */
  readonly onTrimmed?: (trimmed: Trimmed) => void;
  /**
   * Called at most once, with one sentence: what is on the disk is no longer known (a failed flush, a dead writer).
   * The process must end; everything asked of the store from then on is refused.
   */
  readonly onFatal: (sentence: string) => void;
  /** For tests: holds or slows every flush. */
  readonly gate?: FlushGate;
}
