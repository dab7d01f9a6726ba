/** Owns which publishes were taken, by room, user and id. Outlives the events themselves. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

export interface Original {
  readonly offset: number;
  readonly time: number;
}

export class DedupeTable {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #knowsAny: StatementSync;
  readonly #removeBefore: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO dedupe VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    this.#find = database.prepare("SELECT offset, time FROM dedupe WHERE room = ? AND user = ? AND id = ?");
    this.#knowsAny = database.prepare("SELECT 1 FROM dedupe WHERE room = ? LIMIT 1");
    this.#removeBefore = database.prepare(`
      DELETE FROM dedupe WHERE (room, user, id) IN (SELECT room, user, id FROM dedupe WHERE time < ? LIMIT ?)`);
  }

  /** Inside a transaction. false: the identity was taken before, and nothing is written. */
  take(room: number, user: string, id: string, { offset, time }: Original): boolean {
    return this.#insert.run(room, JSON.stringify(user), JSON.stringify(id), offset, time).changes === 1;
  }

  /** What was taken under this identity. */
  find(room: number, user: string, id: string): Original | undefined {
    const found = this.#find.get(room, JSON.stringify(user), JSON.stringify(id)) as Original | undefined;
    return found && { offset: found.offset, time: found.time };
  }

  knowsAny(room: number): boolean {
    return this.#knowsAny.get(room) !== undefined;
  }

  /** Returns how many were removed: `limit` when there may be more. */
  removeBefore(time: number, limit: number): number {
    return Number(this.#removeBefore.run(time, limit).changes);
  }
}
