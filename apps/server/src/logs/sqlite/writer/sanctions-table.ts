/** Owns what is imposed on users, until it is lifted or has ended. */
import type { Sanction, SanctionKey } from "@roomcast/hub";
import type { DatabaseSync, StatementSync } from "node:sqlite";

export class SanctionsTable {
  readonly #impose: StatementSync;
  readonly #lift: StatementSync;
  readonly #all: StatementSync;
  readonly #removeEnded: StatementSync;

  constructor(database: DatabaseSync) {
    this.#impose = database.prepare(
      "INSERT OR REPLACE INTO sanctions (key, sanction, ends_at) VALUES (?, ?, ?)",
    );
    this.#lift = database.prepare("DELETE FROM sanctions WHERE key = ?");
    this.#all = database.prepare("SELECT sanction FROM sanctions");
    this.#removeEnded = database.prepare(`
      DELETE FROM sanctions WHERE key IN (SELECT key FROM sanctions WHERE ends_at <= ? LIMIT ?)`);
  }

  impose(sanction: Sanction): void {
    this.#impose.run(keyOf(sanction), JSON.stringify(sanction), sanction.until);
  }

  lift(key: SanctionKey): void {
    this.#lift.run(keyOf(key));
  }

  all(): Sanction[] {
    return this.#all.all().map(({ sanction }) => JSON.parse(String(sanction)) as Sanction);
  }

  /** Returns how many were removed: `limit` when there may be more. */
  removeEnded(now: number, limit: number): number {
    return Number(this.#removeEnded.run(now, limit).changes);
  }
}

const keyOf = ({ kind, user, room }: SanctionKey): string => JSON.stringify([kind, user, room]);
