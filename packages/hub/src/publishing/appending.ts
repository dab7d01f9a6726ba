/** Owns what the log was asked for and has yet to settle, so that a drain can wait for the last; and how long that takes, for the backlog. */
import { err, type Refusal, refusal, type Result } from "@roomcast/protocol";

import type { Clock } from "../ports/clock.ts";
import type { Draft, RoomLog, Settle, SettleRemoval } from "../ports/room-log.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Pace } from "../rooms/pace.ts";
import type { HubSettings } from "../settings.ts";
import type { Backlog } from "./backlog.ts";

const OVERTAKING = refusal("overloaded", "an earlier event of the room was refused; repeat after it", 250);

type Settled<Value> = (outcome: Result<Value, Refusal>) => void;

interface AppendingParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly settings: Pick<HubSettings, "drainSpreadMs">;
  /** Is told how long it took. */
  readonly backlog: Pick<Backlog, "took">;
}

export class Appending {
  readonly #log: RoomLog;
  readonly #parts: AppendingParts;
  #underWay = 0;
  /** One at a time is timed. */
  #isTiming = false;
  #closed = false;
  #onIdle: (() => void) | undefined;

  constructor(log: RoomLog, parts: AppendingParts) {
    this.#log = log;
    this.#parts = parts;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** @param pace of the room, if it is a crowd: the append may then have to wait. */
  append(draft: Draft, settle: Settle, pace: Pace | undefined): void {
    this.#ask(settle, (settled) => this.#log.append(draft, settled), pace);
  }

  /** @param pace as for `append`: what was published before is removed too. */
  remove(room: string, settle: SettleRemoval, pace: Pace | undefined): void {
    this.#ask(settle, (settled) => this.#log.remove(room, settled), pace);
  }

  /** Takes no more. Resolves when the last is settled. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      if (this.#underWay === 0) resolve();
      else this.#onIdle = resolve;
    });
  }

  #ask<Value>(settle: Settled<Value>, ask: (settled: Settled<Value>) => void, pace: Pace | undefined): void {
    if (this.#closed) {
      settle(err(refusal("overloaded", "the server is going down", this.#parts.settings.drainSpreadMs)));
      return;
    }
    this.#underWay += 1;
    const settled: Settled<Value> = (outcome) => {
      // Whoever waits for this outcome must not fail the log, which has others to settle.
      try {
        settle(outcome);
      } catch (error) {
        this.#fault("settled append", error);
      }
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
      if (!outcome.ok) pace?.refuseWaiting(OVERTAKING);
    };
    if (pace?.rests !== true) this.#run(ask, settled);
    else
      pace.whenRested({
        run: () => this.#run(ask, settled),
        refuse: (reason) => settled(err(reason)),
      });
  }

  #run<Value>(ask: (settled: Settled<Value>) => void, settled: Settled<Value>): void {
    const timed = this.#isTiming ? settled : this.#timed(settled);
    try {
      ask(timed);
    } catch (error) {
      this.#fault("log", error);
      timed(err(refusal("internal")));
    }
  }

  #timed<Value>(settled: Settled<Value>): Settled<Value> {
    const { clock, backlog } = this.#parts;
    const sinceMs = clock.monotonicMs();
    const wasAlone = this.#underWay === 1;
    this.#isTiming = true;
    return (outcome) => {
      this.#isTiming = false;
      // The first of a group was alone only until the others came.
      const isAlone = wasAlone && this.#underWay === 1;
      if (outcome.ok) backlog.took(clock.monotonicMs() - sinceMs, isAlone);
      settled(outcome);
    };
  }

  #fault(where: string, error: unknown): void {
    this.#parts.telemetry.record({ kind: "fault", where, error });
  }
}
