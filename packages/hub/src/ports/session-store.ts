/** Port: what must outlive the process so that a session can be resumed. */
import type { Refusal, Result } from "@roomcast/protocol";

/** A session, as it is kept. */
export interface StoredSession {
  readonly clientId: string;
  /** null for a guest: a token is bound to its user. */
  readonly user: string | null;
  readonly name: string;
  readonly rooms: readonly string[];
  /** The secret that the present welcome was obtained with; still good until its successor is used. */
  readonly usedSecret: string;
  /** The secret that the present welcome gave out. */
  readonly nextSecret: string;
  /** Ms since 1970 when its socket ended; null while it lives. */
  readonly endedAt: number | null;
}

/** What is called for one client MUST take effect in the order of the calls. */
export interface SessionStore {
  /** Inserts or replaces. Resolves once it survives a killed process (where the store survives one at all). */
  save(session: StoredSession): Promise<Result<undefined, Refusal>>;
  /** A session whose socket lived when the process was killed reads as ended when the store was opened. */
  find(clientId: string): Promise<StoredSession | undefined>;
  remove(clientId: string): void;
  /** All of a user, those that were saved before the call. Guests are none: `null` is nobody's name. */
  removeUser(user: string): void;
}
