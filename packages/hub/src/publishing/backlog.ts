/**
 * Owns how many publishes came ahead, before the last of their connection was settled, and whose turn it is to bring more while
 * the log is behind with them. Must not know connections, the log, or what is published.
 */
import type { Clock } from "../ports/clock.ts";
import type { HubSettings } from "../settings.ts";

/** Of one connection together: they share a write to it, and pages of the store. */
const PUBLISHES_A_TURN = 16;

/** Behind the log a publish is to take no longer than this, … */
const SOON_MS = 3;
/** … or than so many times what it takes alone: less would be flushes of the disk and little else. */
const TIMES_ALONE = 2;
/** What the latest counts for in what one takes alone. */
const LATEST = 1 / 8;

type Bounds = Pick<HubSettings, "maxPublishesAhead" | "minPublishesAhead">;

export class Backlog {
  readonly #clock: Clock;
  readonly #bounds: Bounds;
  #ahead = 0;
  #isBehind = false;
  /** What those may bring who were called in this turn of the event loop. */
  #called = 0;
  /** So many are ahead while the log is behind, as soon as its answers allow. */
  #bound: number;
  #aloneMs = 0;
  /** The one that came first stands first. */
  readonly #waiting: ((publishes: number) => void)[] = [];

  constructor(clock: Clock, bounds: Bounds) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#bound = bounds.minPublishesAhead;
  }

  /** From when too many are ahead until none is. */
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

  /** A publish was settled, so long after the log was asked. @param isAlone nothing else was under way meanwhile. */
  took(ms: number, isAlone: boolean): void {
    if (isAlone) this.#aloneMs += LATEST * (ms - this.#aloneMs);
    else if (this.#isBehind) {
      const { minPublishesAhead, maxPublishesAhead } = this.#bounds;
      const wanted = (this.#bound * Math.max(SOON_MS, TIMES_ALONE * this.#aloneMs)) / ms;
      // Half the way, since one may be late by chance.
      const next = (this.#bound + Math.min(wanted, maxPublishesAhead)) / 2;
      this.#bound = Math.max(minPublishesAhead, next);
    }
  }

  /** To be awaited while the log is behind. Resolves, in the order in which they came, with how many publishes are its turn. */
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

  /** What they did not bring by now, others may. */
  #endTurn(): void {
    this.#called = 0;
    this.#call();
  }
}
