/** Owns the sessions that can be resumed, and those that wait for their end to be forgotten. */
import type { StoredSession } from "@roomcast/hub";
import type { DatabaseSync, StatementSync } from "node:sqlite";

import { type SessionCells, sessionOf } from "./session-cells.ts";

interface SessionRow {
  readonly state: string;
  readonly ended_at: number | null;
}

export class SessionsTable {
  readonly #save: StatementSync;
  readonly #find: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeUser: StatementSync;
  readonly #endAll: StatementSync;
  readonly #removeEnded: StatementSync;
  readonly #removeAll: StatementSync;

  constructor(database: DatabaseSync) {
    this.#save = database.prepare(
      "INSERT OR REPLACE INTO sessions (client_id, state, ended_at) VALUES (?, ?, ?)",
    );
    this.#find = database.prepare("SELECT state, ended_at FROM sessions WHERE client_id = ?");
    this.#remove = database.prepare("DELETE FROM sessions WHERE client_id = ?");
    // All are looked at: an index would cost every save, and this is an operator's act.
    this.#removeUser = database.prepare("DELETE FROM sessions WHERE state -> '$.user' = ?");
    this.#endAll = database.prepare("UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL");
    this.#removeEnded = database.prepare(`
      DELETE FROM sessions WHERE client_id IN (SELECT client_id FROM sessions WHERE ended_at < ? LIMIT ?)`);
    this.#removeAll = database.prepare("DELETE FROM sessions");
  }

  save([clientId, state, endedAt]: SessionCells): void {
    this.#save.run(JSON.stringify(clientId), state, endedAt);
  }

  find(clientId: string): StoredSession | undefined {
    const row = this.#find.get(JSON.stringify(clientId)) as SessionRow | undefined;
    return row && sessionOf([clientId, row.state, row.ended_at]);
  }

  remove(clientId: string): void {
    this.#remove.run(JSON.stringify(clientId));
  }

  removeUser(user: string): void {
    this.#removeUser.run(JSON.stringify(user));
  }

  /** Whose process ended without a word: their sockets are gone. */
  endAll(now: number): void {
    this.#endAll.run(now);
  }

  removeAll(): void {
    this.#removeAll.run();
  }

  /** Returns how many were removed: `limit` when there may be more. */
  removeEnded(before: number, limit: number): number {
    return Number(this.#removeEnded.run(before, limit).changes);
  }
}
