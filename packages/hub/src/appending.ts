/** Owns what is asked of the log and under way, so that a drain can wait for the last of them. */
import { err, type Refusal, refusal, type Result } from "@roomcast/protocol";

import type { Draft, RoomLog, Settle, SettleRemoval } from "./room-log.ts";
import type { Telemetry } from "./telemetry.ts";

export class Appending {
  readonly #log: RoomLog;
  readonly #telemetry: Telemetry;
  readonly #retryAfterMs: number;
  #underWay = 0;
  #closed = false;
  #onIdle: (() => void) | undefined;

  /** @param retryAfterMs what a publisher is told that comes too late. */
  constructor(log: RoomLog, telemetry: Telemetry, retryAfterMs: number) {
    this.#log = log;
    this.#telemetry = telemetry;
    this.#retryAfterMs = retryAfterMs;
  }

  get underWay(): number {
    return this.#underWay;
  }

  append(draft: Draft, settle: Settle): void {
    this.#ask(settle, (settled) => this.#log.append(draft, settled));
  }

  remove(room: string, settle: SettleRemoval): void {
    this.#ask(settle, (settled) => this.#log.remove(room, settled));
  }

  /** Takes no more. Resolves when the last is settled. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      if (this.#underWay === 0) resolve();
      else this.#onIdle = resolve;
    });
  }

  #ask<Value>(
    settle: (outcome: Result<Value, Refusal>) => void,
    ask: (settled: (outcome: Result<Value, Refusal>) => void) => void,
  ): void {
    if (this.#closed) {
      settle(err(refusal("overloaded", "the server is going down", this.#retryAfterMs)));
      return;
    }
    this.#underWay += 1;
    const settled = (outcome: Result<Value, Refusal>): void => {
      // Whoever waits for this outcome must not fail the log, which has others to settle.
      try {
        settle(outcome);
      } catch (error) {
        this.#fault("settled append", error);
      }
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    };
    try {
      ask(settled);
    } catch (error) {
      this.#fault("log", error);
      settled(err(refusal("internal")));
    }
  }

  #fault(where: string, error: unknown): void {
    this.#telemetry.record({ kind: "fault", where, error });
  }
}
