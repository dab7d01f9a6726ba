/** Owns what the store forgets: trimmed events, old identities, sessions past their time. In slices, between groups. */
import type { Trimmed } from "@roomcast/hub";

import type { Life, Room, TrimCandidate } from "./rooms-table.ts";
import type { Tables } from "./tables.ts";
import type { TrimmedRoom, WriterSettings } from "./writer-messages.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than PUBLISH_HORIZON_MS by far: a client that slept over it still cannot publish twice. */
const DEDUPE_MS = DAY_MS;
/** One slice takes a few milliseconds. Events lie side by side, identities and sessions all over their tables. */
const SLICE_EVENTS = 1_000;
const SLICE_BYTES = 4 * 1024 * 1024;
const SLICE_ROWS = 250;
const SLICE_ROOMS = 100;

/** How far a room may be over its bytes before it cannot wait, for a limit that is small. */
const SLACK_BYTES = 64 * 1024;

type Limits = Pick<WriterSettings, "historyEvents" | "historyBytes" | "historyDays" | "resumeWindowMs">;

/** All up to this offset has to go, by this limit. */
interface Due {
  readonly upTo: number;
  readonly by: Trimmed["by"];
}

const farther = (one: Due, other: Due): Due => (other.upTo > one.upTo ? other : one);

export class Housekeeping {
  readonly #tables: Tables;
  readonly #limits: Limits;
  /** Rooms with so much too many that they cannot wait for a tick. */
  readonly #overfull = new Set<string>();
  /** What the last tick found due: each step is one slice. */
  #sweep: Iterator<void, void> | undefined;
  readonly #overfullAtEvents: number;
  readonly #overfullAtBytes: number;
  /** By the slice that is under way. */
  #trimmed: TrimmedRoom | undefined;

  constructor(tables: Tables, limits: Limits) {
    this.#tables = tables;
    this.#limits = limits;
    const { historyEvents, historyBytes } = limits;
    this.#overfullAtEvents = historyEvents + Math.min(SLICE_EVENTS, Math.max(50, historyEvents / 10));
    this.#overfullAtBytes = historyBytes + Math.min(SLICE_BYTES, Math.max(SLACK_BYTES, historyBytes / 10));
  }

  get isDue(): boolean {
    return this.#overfull.size > 0 || this.#sweep !== undefined;
  }

  /** After a commit, with the rooms that got events. */
  noteAppended(names: Iterable<string>): void {
    for (const name of names) {
      const room = this.#tables.rooms.find(name);
      if (room !== undefined && this.#isOverfull(room)) this.#overfull.add(name);
    }
  }

  /** From time to time: everything that is due at `now` is looked for, unless the last search still goes on. */
  tick(now: number): void {
    this.#sweep ??= this.#everything(now);
  }

  /** One small transaction. What throws is given up until the next tick. @returns which events went, if any. */
  slice(): TrimmedRoom | undefined {
    this.#trimmed = undefined;
    try {
      this.#tables.transaction.run(() => this.#step());
      return this.#trimmed;
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

  #isOverfull({ floor, top, floorBytes, topBytes }: Room): boolean {
    return top - floor >= this.#overfullAtEvents || topBytes - floorBytes >= this.#overfullAtBytes;
  }

  #trimOverfull(name: string): void {
    const room = this.#tables.rooms.find(name);
    const due = room && this.#overLimits(room);
    const isLeft = room !== undefined && due !== undefined && due.upTo > room.floor;
    if (!isLeft || this.#trim(name, room, due) >= due.upTo) this.#overfull.delete(name);
  }

  /** The newest event stays, however large. */
  #overLimits(room: Omit<Room, "earlier">): Due {
    const { historyEvents, historyBytes } = this.#limits;
    const { top, floorBytes, topBytes } = room;
    const byEvents: Due = { by: "events", upTo: top - historyEvents };
    if (topBytes - floorBytes <= historyBytes) return byEvents;
    const within = this.#tables.events.firstReaching(room, topBytes - historyBytes);
    return farther(byEvents, { by: "bytes", upTo: Math.min(within, top - 1) });
  }

  *#everything(now: number): Generator<void, void> {
    const { sessions, sanctions, dedupe, rooms } = this.#tables;
    while (sessions.removeEnded(now - this.#limits.resumeWindowMs, SLICE_ROWS) === SLICE_ROWS) yield;
    yield;
    while (sanctions.removeEnded(now, SLICE_ROWS) === SLICE_ROWS) yield;
    yield;
    while (dedupe.removeBefore(now - DEDUPE_MS, SLICE_ROWS) === SLICE_ROWS) yield;
    for (const life of rooms.earlierLives()) yield* this.#clear(life);
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

  /** Its identities go when they are old enough; until then the room knows them. */
  *#clear({ id }: Life): Generator<void, void> {
    const { rooms, events, dedupe } = this.#tables;
    for (let first = events.first(id); first !== undefined; first = events.first(id)) {
      events.trim(id, events.lastWithin(id, first, first + SLICE_EVENTS - 1, SLICE_BYTES));
      yield;
    }
    if (!dedupe.knowsAny(id)) rooms.forgetLife(id);
  }

  #mayNeedTrim(room: TrimCandidate, oldestAllowed: number): boolean {
    const { oldest, floor } = room;
    return oldest !== null && (oldest < oldestAllowed || this.#overLimits(room).upTo > floor);
  }

  /** As the room was when the sweep came to it: to go after what is appended meanwhile would have no end. */
  *#trimWhole({ name, id, top, topBytes }: TrimCandidate, oldestAllowed: number): Generator<void, void> {
    const { rooms, events } = this.#tables;
    while (true) {
      // Asked anew after each step: the room may have been trimmed in between, or have begun another life.
      const room = rooms.find(name);
      if (room?.id !== id) return;
      const last = Math.min(room.floor + SLICE_EVENTS, top);
      const firstYoung = events.firstYoung(id, room.floor + 1, last, oldestAllowed);
      const byDays: Due = { by: "days", upTo: firstYoung === undefined ? last : firstYoung - 1 };
      const due = farther(byDays, this.#overLimits({ ...room, top, topBytes }));
      if (due.upTo <= room.floor) return;
      this.#trim(name, room, due);
      yield;
    }
  }

  /** As far as one slice goes. Returns the new floor. */
  #trim(name: string, { id, floor }: Room, { upTo, by }: Due): number {
    const last = Math.min(upTo, floor + SLICE_EVENTS);
    const { rooms, events } = this.#tables;
    const newFloor = events.lastWithin(id, floor + 1, last, SLICE_BYTES);
    const { sequence: goneSequence, totalBytes: floorBytes } = events.totalsAt(id, newFloor);
    events.trim(id, newFloor);
    rooms.raiseFloor(name, id, { floor: newFloor, goneSequence, floorBytes });
    this.#trimmed = { room: name, by, events: newFloor - floor, floor: newFloor, goneSequence };
    return newFloor;
  }
}
