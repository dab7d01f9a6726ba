/** Owns how much of the answers may wait for peers that do not read, over all connections, and for how long. A peer that reads is never cut. */
import type { Clock } from "@roomcast/hub";
import type { ServerResponse } from "node:http";

import { Deadlines } from "../deadlines.ts";
import { reset } from "../reset.ts";

const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
/** The system takes even the largest answer at once if the peer reads; what waits longer is for one that does not. */
const TAKEN_WITHIN_MS = 30_000;

export class UnreadAnswers {
  readonly #maxBytes: number;
  readonly #overdue: Deadlines<ServerResponse>;
  /** By age. */
  readonly #bytes = new Map<ServerResponse, number>();
  #total = 0;

  constructor(clock: Clock, maxBytes = MAX_UNREAD_BYTES) {
    this.#maxBytes = maxBytes;
    this.#overdue = new Deadlines(clock, TAKEN_WITHIN_MS, cut);
  }

  get bytes(): number {
    return this.#total;
  }

  /** Of an answer that was written to its end. */
  wrote(response: ServerResponse): void {
    const bytes = response.writableLength;
    if (bytes === 0 || response.destroyed) return;
    this.#total += bytes;
    this.#bytes.set(response, bytes);
    this.#overdue.start(response);
    response.once("close", () => {
      this.#taken(response);
    });
    for (const [oldest] of this.#bytes) {
      if (this.#total <= this.#maxBytes) return;
      this.#taken(oldest);
      cut(oldest);
    }
  }

  #taken(response: ServerResponse): void {
    this.#total -= this.#bytes.get(response) ?? 0;
    this.#bytes.delete(response);
    this.#overdue.stop(response);
  }
}

/** An answer that waits behind another has no socket of its own yet; its request has. */
function cut({ req }: ServerResponse): void {
  reset(req.socket);
}
