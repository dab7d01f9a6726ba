/** Port: where events, sessions and sanctions are kept; opened together, and closed together. */
import type { RoomLog, SanctionStore, SessionStore } from "@roomcast/hub";
import type { Refusal, Result } from "@roomcast/protocol";
import type { FileHandle } from "node:fs/promises";

export interface Store {
  readonly log: RoomLog;
  readonly sessions: SessionStore;
  readonly sanctions: SanctionStore;
  /** What the last run has left, a sentence each for the operator. */
  readonly findings: readonly string[];
  /** Asks where things are kept, never what is in memory of it. */
  canRead(): Promise<boolean>;
  /**
   * Everything as it is at one moment, in a file that no folder has any more: it is gone once the handle is closed. A store that is
   * opened on such a file tells every client that it may lack something.
   */
  backup(): Promise<Result<FileHandle, Refusal>>;
  /** Settles everything that was given, and lets go of where it is kept. */
  close(): Promise<void>;
}
