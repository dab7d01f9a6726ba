/**
 * Owns when a crowd is written to. One more write to all of it costs far more than one more event in a write. So a write waits a
 * little for events that the log is about to settle (patience); and behind a write of several events, what is published waits
 * a little before it goes to the log (rest): one commit and one write then take all of it. Must not know members, messages or the log.
 */
import type { Refusal } from "@roomcast/protocol";

import type { Clock, Timer } from "../ports/clock.ts";

/** So many are a crowd: whatever fewer get is written at once. */
export const CROWD = 40;
/** How long a crowd waits for a stream of events: one more millisecond for each so many members, … */
const MEMBERS_PER_MS = CROWD;
/** … three times what the write that is saved would take, and never longer than this. */
const MAX_WAIT_MS = 40;
/** So many events are a stream. For fewer it waits a share: two are together once by chance, and are not to be late for that. */
const STREAM_EVENTS = 8;

const waitMsOf = (members: number, events: number): number =>
  Math.min(members / MEMBERS_PER_MS, MAX_WAIT_MS) * Math.min(events / STREAM_EVENTS, 1);

/** What waits until the crowd has rested: exactly one of the two is called. */
export interface Waiting {
  readonly run: () => void;
  readonly refuse: (reason: Refusal) => void;
}

interface Crowd {
  /** What has gathered is to be written at the end of this turn, if it is time then. */
  due(): void;
}

export class Pace {
  readonly #clock: Clock;
  readonly #crowd: Crowd;
  /** Events that were published and are not settled. */
  #underWay = 0;
  /** Runs while what has gathered waits for more; null once that has taken long enough. */
  #patience: Timer | null | undefined;
  /** Runs while the crowd rests. */
  #rest: Timer | undefined;
  /** Behind the rest, in the order in which they came. */
  #waiting: Waiting[] | undefined;

  constructor(clock: Clock, crowd: Crowd) {
    this.#clock = clock;
    this.#crowd = crowd;
  }

  /** An event was published; MUST be followed by `settled`. */
  began(): void {
    this.#underWay += 1;
  }

  settled(): void {
    this.#underWay -= 1;
    // A refusal brings no event that would make the others go.
    if (this.#underWay === 0) this.#crowd.due();
  }

  /** At the end of a turn, for so many messages that have gathered. */
  isTime(messages: number, members: number): boolean {
    const waitMs = waitMsOf(members, messages + this.#underWay);
    if (this.#underWay === 0 || this.#patience === null || waitMs < 1) return true;
    this.#patience ??= this.#clock.after(waitMs, () => {
      this.#patience = null;
      this.#crowd.due();
    });
    return false;
  }

  /** What had gathered is written. */
  wrote(messages: number, members: number): void {
    this.#patience?.cancel();
    this.#patience = undefined;
    const waitMs = waitMsOf(members, messages);
    // Whoever publishes once and waits for that is not to wait for others.
    if (messages < 2 || waitMs < 1) return;
    this.#rest ??= this.#clock.after(waitMs, () => {
      this.endRest();
    });
  }

  /** What is published now has to wait: for the rest, or behind what waits for it. */
  get rests(): boolean {
    return this.#rest !== undefined || this.#waiting !== undefined;
  }

  /** Runs it when the crowd has rested: in the order of the calls. MUST be called while it rests. */
  whenRested(waiting: Waiting): void {
    (this.#waiting ??= []).push(waiting);
  }

  endRest(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
    for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) next.run();
    this.#waiting = undefined;
  }

  /** What came before them was refused, and they must not overtake it. */
  refuseWaiting(reason: Refusal): void {
    for (const { refuse } of this.#waiting?.splice(0) ?? []) refuse(reason);
  }
}
