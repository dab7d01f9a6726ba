/** Owns chance as Node gives it. */
import type { Random } from "@roomcast/hub";
import { randomFillSync } from "node:crypto";

const ID_BYTES = 16;
/** To ask the system for each id costs more than the id. */
const IDS_AT_ONCE = 256;

export class NodeRandom implements Random {
  readonly #pool = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
  #used = this.#pool.length;

  id(): string {
    if (this.#used === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += ID_BYTES;
    const id = this.#pool.toString("base64url", from, this.#used);
    // What was given out is a secret of somebody: it is not kept here.
    this.#pool.fill(0, from, this.#used);
    return id;
  }

  fraction(): number {
    return Math.random();
  }
}
