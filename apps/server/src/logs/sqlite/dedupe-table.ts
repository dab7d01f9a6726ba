/** Owns which publishes were taken, by room, user and id. Outlives the events themselves. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

export interface Original {
  readonly offset: number;
  readonly time: number;
}

export class DedupeTable {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #removeBefore: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO dedupe VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    this.#find = database.prepare("SELECT offset, time FROM dedupe WHERE room = ? AND user = ? AND id = ?");
    this.#removeBefore = database.prepare(`
      DELETE FROM dedupe WHERE (room, user, id) IN (SELECT room, user, id FROM dedupe WHERE time < ? LIMIT ?)`);
  }

  /** Inside a transaction. Returns what was taken under this identity before; then nothing is written. */
  take(room: number, user: string, id: string, taken: Original): Original | undefined {
    const identity = [room, JSON.stringify(user), JSON.stringify(id)] as const;
    const { changes } = this.#insert.run(...identity, taken.offset, taken.time);
    if (changes === 1) return undefined;
    const { offset, time } = this.#find.get(...identity) as unknown as Original;
    return { offset, time };
  }

  /** Returns how many were removed: `limit` when there may be more. */
  removeBefore(time: number, limit: number): number {
    return Number(this.#removeBefore.run(time, limit).changes);
  }
}
