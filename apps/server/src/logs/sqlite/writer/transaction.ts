/** Owns all or nothing: a piece of work is committed whole, or rolled back. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

import { faultOf } from "./sqlite-fault.ts";

export class Transaction {
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #rollbackTo: StatementSync;

  constructor(database: DatabaseSync) {
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#savepoint = database.prepare("SAVEPOINT part");
    this.#release = database.prepare("RELEASE part");
    this.#rollbackTo = database.prepare("ROLLBACK TO part");
  }

  /** Throws what `work`, `beforeCommit` or SQLite throws, with nothing written. */
  run<Value>(work: () => Value, beforeCommit?: () => void): Value {
    this.#begin.run();
    try {
      const value = work();
      beforeCommit?.();
      this.#commit.run();
      return value;
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** Inside `run`: a part that fails alone. Throws what `work` throws, with nothing of the part written. */
  part<Value>(work: () => Value): Value {
    this.#savepoint.run();
    try {
      const value = work();
      this.#release.run();
      return value;
    } catch (error) {
      // Any other fault ends the transaction as a whole.
      if (faultOf(error).kind === "own") {
        this.#rollbackTo.run();
        this.#release.run();
      }
      throw error;
    }
  }

  #undo(): void {
    try {
      this.#rollback.run();
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }
}
