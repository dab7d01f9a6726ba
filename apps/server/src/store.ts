/** Port: where events, sessions and sanctions are kept; opened together, and closed together. */
import type { RoomLog, SanctionStore, SessionStore } from "@roomcast/hub";

export interface Store {
  readonly log: RoomLog;
  readonly sessions: SessionStore;
  readonly sanctions: SanctionStore;
  /** What the last run has left, a sentence each for the operator. */
  readonly findings: readonly string[];
  /** Asks where things are kept, never what is in memory of it. */
  canRead(): Promise<boolean>;
  /** Settles everything that was given, and lets go of where it is kept. */
  close(): Promise<void>;
}
