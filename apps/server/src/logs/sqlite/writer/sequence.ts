/** Owns the count of events over all rooms. A count that was rolled back leaves a hole. */
import type { DatabaseSync } from "node:sqlite";

export class Sequence {
  #last: number;

  constructor(database: DatabaseSync) {
    // Offsets and sequences grow together: of each room the last event will do, or what is gone where none is left.
    const row = database
      .prepare(
        `SELECT max(max(gone_sequence, coalesce(
          (SELECT sequence FROM events WHERE room = rooms.id ORDER BY offset DESC LIMIT 1), 0))) AS last FROM rooms`,
      )
      .get();
    this.#last = Number(row?.["last"] ?? 0);
  }

  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
