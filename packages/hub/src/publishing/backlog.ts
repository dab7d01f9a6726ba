/**
 * Owns who may publish while the log is behind. A publish is *ahead* if an earlier one of its connection has no ack yet. When too
 * many are ahead, the connections that publish so are left unread, and are called one after the other to bring a few more. How many
 * may be ahead follows from how fast the log settles them. Must not know connections, the log, or what is published. ADR 0016.
 */
import type { Clock } from "../ports/clock.ts";
import type { HubSettings } from "../settings.ts";

/** So many may a connection bring when it is called: their acks share a write, and they share pages of the store. */
const PUBLISHES_A_TURN = 16;

/** While the log is behind, a publish is to be settled within this time, … */
const SOON_MS = 3;
/** … or within so many times what one takes alone: with fewer events in each commit, the disk would do little but flush. */
const TIMES_ALONE = 2;
/** How much the latest measurement counts in the average of what one takes alone. */
const LATEST = 1 / 8;

type Bounds = Pick<HubSettings, "maxPublishesAhead" | "minPublishesAhead">;

export class Backlog {
  readonly #clock: Clock;
  readonly #bounds: Bounds;
  #ahead = 0;
  #isBehind = false;
  /** How many those may bring who were called in this turn of the event loop. */
  #called = 0;
  /** How many may be ahead while the log is behind. */
  #bound: number;
  #aloneMs = 0;
  /** The one that came first stands first. */
  readonly #waiting: ((publishes: number) => void)[] = [];

  constructor(clock: Clock, bounds: Bounds) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#bound = bounds.minPublishesAhead;
  }

  /** From the moment when too many are ahead until none is. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** One came ahead. MUST be followed by `settled`. */
  began(): void {
    this.#ahead += 1;
    if (this.#ahead > this.#bounds.maxPublishesAhead) this.#isBehind = true;
  }

  settled(): void {
    this.#ahead -= 1;
    if (this.#isBehind) this.#call();
  }

  /** How long the log took to settle a publish. @param isAlone nothing else was under way meanwhile. */
  took(ms: number, isAlone: boolean): void {
    if (isAlone) this.#aloneMs += LATEST * (ms - this.#aloneMs);
    else if (this.#isBehind) {
      const { minPublishesAhead, maxPublishesAhead } = this.#bounds;
      const wanted = (this.#bound * Math.max(SOON_MS, TIMES_ALONE * this.#aloneMs)) / ms;
      // Only half the way: a single one may be late by chance.
      const next = (this.#bound + Math.min(wanted, maxPublishesAhead)) / 2;
      this.#bound = Math.max(minPublishesAhead, next);
    }
  }

  /** Waits for a turn, first come, first served. @returns how many publishes it is. */
  turn(): Promise<number> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #call(): void {
    const wasCalling = this.#called > 0;
    while (this.#waiting.length > 0 && this.#ahead + this.#called < this.#bound) {
      this.#called += PUBLISHES_A_TURN;
      this.#waiting.shift()?.(PUBLISHES_A_TURN);
    }
    if (!wasCalling && this.#called > 0) this.#clock.afterTurn(() => this.#endTurn());
    this.#isBehind = this.#ahead + this.#called > 0;
  }

  /** What those who were called have not brought by now, others may bring. */
  #endTurn(): void {
    this.#called = 0;
    this.#call();
  }
}
