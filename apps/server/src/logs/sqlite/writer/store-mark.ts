/**
 * Owns the mark that the store and its witness have in common, and how far the store's time had come. A copy of the store has the
 * mark of the moment in which it was made, and is found out once that was renewed.
 */
import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

import type { Witness } from "./witness.ts";

interface Row {
  readonly mark: string;
  readonly time: number;
}

export class StoreMark {
  readonly #database: DatabaseSync;
  readonly #witness: Witness;
  #present: Row | undefined;

  constructor(database: DatabaseSync, witness: Witness) {
    this.#database = database;
    this.#witness = witness;
    this.#present = database.prepare("SELECT mark, time FROM store_mark").get() as Row | undefined;
  }

  /** When it was renewed last, by a time that never ran ahead; ms since 1970. undefined: never. */
  get time(): number | undefined {
    return this.#present?.time;
  }

  /** Whether this is the store that was used here last. One that has no mark yet may be. */
  get isKnown(): boolean {
    return this.#present === undefined || this.#witness.knows(this.#present.mark);
  }

  /** @param commit makes durable what was written; until then the witness knows both marks. Throws with the old one in force. */
  renew(time: number, commit: (write: () => void) => void): void {
    const next = { mark: randomBytes(12).toString("base64url"), time };
    this.#witness.attest(...(this.#present === undefined ? [] : [this.#present.mark]), next.mark);
    commit(() => {
      this.#database
        .prepare("INSERT OR REPLACE INTO store_mark (one, mark, time) VALUES (1, ?, ?)")
        .run(next.mark, next.time);
    });
    this.#present = next;
    this.#witness.attest(next.mark);
  }
}
