/** Owns chance as Node gives it. */
import type { Random } from "@roomcast/hub";
import { randomBytes } from "node:crypto";

const ID_BYTES = 16;

export class NodeRandom implements Random {
  id(): string {
    return randomBytes(ID_BYTES).toString("base64url");
  }

  fraction(): number {
    return Math.random();
  }
}
