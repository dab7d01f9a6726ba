/** Owns the appends that are under way, so that a drain can wait for the last of them. */
import { err, refusal } from "@roomcast/protocol";

import type { Draft, RoomLog, Settle } from "./room-log.ts";

export class Appending {
  readonly #log: RoomLog;
  readonly #retryAfterMs: number;
  #underWay = 0;
  #closed = false;
  #onIdle: (() => void) | undefined;

  /** @param retryAfterMs what a publisher is told that comes too late. */
  constructor(log: RoomLog, retryAfterMs: number) {
    this.#log = log;
    this.#retryAfterMs = retryAfterMs;
  }

  append(draft: Draft, settle: Settle): void {
    if (this.#closed) {
      settle(err(refusal("overloaded", "the server is going down", this.#retryAfterMs)));
      return;
    }
    this.#underWay += 1;
    this.#log.append(draft, (outcome) => {
      settle(outcome);
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    });
  }

  /** Takes no more. Resolves when the last append is settled. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      if (this.#underWay === 0) resolve();
      else this.#onIdle = resolve;
    });
  }
}
