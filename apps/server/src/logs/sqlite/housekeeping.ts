/** Owns what the store forgets: trimmed events, old identities, sessions past their time. In slices, between groups. */
import type { TrimCandidate } from "./rooms-table.ts";
import type { Tables } from "./tables.ts";
import type { WriterSettings } from "./writer-messages.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than PUBLISH_HORIZON_MS by far: a client that slept over it still cannot publish twice. */
const DEDUPE_MS = DAY_MS;
/** Rows in one transaction: about as long as a flush of its own. */
const SLICE_ROWS = 250;
const SLICE_ROOMS = 100;

type Limits = Pick<WriterSettings, "historyEvents" | "historyDays" | "resumeWindowMs">;

export class Housekeeping {
  readonly #tables: Tables;
  readonly #limits: Limits;
  /** Rooms that have a whole slice too much; each is trimmed as soon as there is time. */
  readonly #overfull = new Set<string>();
  /** What the last tick found due: each step is one slice. */
  #sweep: Iterator<void, void> | undefined;

  constructor(tables: Tables, limits: Limits) {
    this.#tables = tables;
    this.#limits = limits;
  }

  get isDue(): boolean {
    return this.#overfull.size > 0 || this.#sweep !== undefined;
  }

  /** After a commit, with the rooms that got events. */
  noteAppended(names: Iterable<string>): void {
    for (const name of names) {
      const room = this.#tables.rooms.find(name);
      if (room !== undefined && room.top - room.floor >= this.#limits.historyEvents + SLICE_ROWS)
        this.#overfull.add(name);
    }
  }

  /** From time to time: everything that is due at `now` is looked for, unless the last search still goes on. */
  tick(now: number): void {
    this.#sweep ??= this.#everything(now);
  }

  /** One small transaction. What throws is given up until the next tick. */
  slice(): void {
    try {
      this.#tables.transaction.run(() => this.#step());
    } catch (error) {
      this.#tables.rooms.forget();
      this.#overfull.clear();
      this.#sweep = undefined;
      throw error;
    }
  }

  #step(): void {
    const [name] = this.#overfull;
    if (name !== undefined) this.#trimOverfull(name);
    else if (this.#sweep?.next().done === true) this.#sweep = undefined;
  }

  #trimOverfull(name: string): void {
    const room = this.#tables.rooms.find(name);
    const excess = room === undefined ? 0 : room.top - room.floor - this.#limits.historyEvents;
    if (room !== undefined && excess > 0)
      this.#trim(name, room.id, room.floor + Math.min(excess, SLICE_ROWS));
    if (excess <= SLICE_ROWS) this.#overfull.delete(name);
  }

  *#everything(now: number): Generator<void, void> {
    const { sessions, dedupe, rooms } = this.#tables;
    while (sessions.removeEnded(now - this.#limits.resumeWindowMs, SLICE_ROWS) === SLICE_ROWS) yield;
    yield;
    while (dedupe.removeBefore(now - DEDUPE_MS, SLICE_ROWS) === SLICE_ROWS) yield;
    const oldestAllowed = now - this.#limits.historyDays * DAY_MS;
    for (
      let lastId = 0, batch = rooms.behind(0, SLICE_ROOMS);
      batch.length > 0;
      batch = rooms.behind(lastId, SLICE_ROOMS)
    ) {
      yield;
      for (const room of batch) {
        if (this.#mayNeedTrim(room, oldestAllowed)) yield* this.#trimWhole(room, oldestAllowed);
        lastId = room.id;
      }
    }
  }

  #mayNeedTrim({ top, floor, oldest }: TrimCandidate, oldestAllowed: number): boolean {
    return oldest !== null && (oldest < oldestAllowed || top - floor > this.#limits.historyEvents);
  }

  *#trimWhole({ name, id }: TrimCandidate, oldestAllowed: number): Generator<void, void> {
    const { rooms, events } = this.#tables;
    while (true) {
      // Asked anew after each step: groups are committed in between.
      const { floor, top } = rooms.enter(name);
      const last = Math.min(floor + SLICE_ROWS, top);
      const firstYoung = events.firstYoung(id, floor + 1, last, oldestAllowed);
      const byAge = firstYoung === undefined ? last : firstYoung - 1;
      const byCount = Math.min(top - this.#limits.historyEvents, last);
      const upTo = Math.max(byAge, byCount);
      if (upTo <= floor) return;
      this.#trim(name, id, upTo);
      yield;
    }
  }

  #trim(name: string, id: number, upTo: number): void {
    this.#tables.events.trim(id, upTo);
    this.#tables.rooms.raiseFloor(name, id, upTo);
  }
}
