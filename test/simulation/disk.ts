/**
 * Owns what outlives the server's process: events, known ids, sessions, generations. At `process` the last groups can be
 * lost with the machine. Behaves as the SQLite store does; must not know who asks, nor when.
 */
import type { Appended, Draft, KeptEvent, Page, ReadRange, Removed, StoredSession } from "@roomcast/hub";
import type { SeededRandom } from "@roomcast/hub/testing";
import { type GapReason, MAX_PAGE_BYTES } from "@roomcast/protocol";

export type DiskDurability = "process" | "disk";

interface Known {
  readonly incarnation: number;
  readonly offset: number;
  readonly time: number;
}

/** What a room keeps. */
interface History {
  readonly historyEvents: number;
  /** Default: no limit. */
  readonly historyBytes?: number;
}

interface RoomTable {
  /** Which life of the room this is; each removal begins another. */
  incarnation: number;
  floor: number;
  goneSequence: number;
  /** From floor + 1 on, without a hole. */
  events: Omit<KeptEvent, "epoch">[];
  /** Outlives what is trimmed or removed. */
  readonly known: Map<string, Known>;
}

export class Disk {
  readonly durability: DiskDurability;
  readonly #random: SeededRandom;
  readonly #history: Required<History>;
  readonly #rooms = new Map<string, RoomTable>();
  readonly #sessions = new Map<string, StoredSession>();
  /** The last one is the present one. */
  readonly #generations: string[] = [];
  #sequence = 0;
  #clean = true;
  #rebooted = false;
  /** How to take back what was committed and not flushed yet, a list for each group. */
  #unflushed: (() => void)[][] = [];

  constructor(durability: DiskDurability, history: History, random: SeededRandom) {
    this.durability = durability;
    this.#history = { historyBytes: Infinity, ...history };
    this.#random = random;
  }

  /** A process opens the store. */
  open(now: number): void {
    if (this.#generations.length === 0 || this.#mayHaveLostTail) this.#generations.push(this.#random.id());
    this.#clean = false;
    this.#rebooted = false;
    this.#unflushed = [];
    for (const [clientId, session] of this.#sessions)
      if (session.endedAt === null) this.#sessions.set(clientId, { ...session, endedAt: now });
  }

  close(): void {
    this.#unflushed = [];
    this.#clean = true;
  }

  /** The machine loses its power, and with it at most so many of the last groups. */
  loseTail(groups: number): void {
    this.#rebooted = true;
    const lost = this.#unflushed.splice(Math.max(0, this.#unflushed.length - groups));
    for (const undo of lost.flat().reverse()) undo();
  }

  beginGroup(): void {
    if (this.durability === "process") this.#unflushed.push([]);
  }

  append(draft: Draft): { readonly appended: Appended; readonly event: KeptEvent | undefined } {
    const table = this.#table(draft.room);
    const key = identityOf(draft);
    const known = table.known.get(key);
    if (known !== undefined) {
      const { incarnation, offset, time } = known;
      const position = { epoch: this.#epochOf(incarnation), offset };
      return { appended: { position, time, duplicate: true }, event: undefined };
    }
    const { incarnation } = table;
    const epoch = this.#epochOf(incarnation);
    const offset = topOf(table) + 1;
    const sequence = this.#nextSequence();
    table.events.push({ ...draft, offset, sequence });
    table.known.set(key, { incarnation, offset, time: draft.time });
    this.#undo(() => {
      table.events.pop();
      table.known.delete(key);
    });
    const event = { ...draft, epoch, offset, sequence };
    return { appended: { position: { epoch, offset }, time: draft.time, duplicate: false }, event };
  }

  read(room: string, { beyond, before, limit, ...range }: ReadRange): Page {
    const { incarnation, floor, goneSequence, events: all } = this.#table(room);
    const after =
      range.after ??
      (beyond === undefined ? undefined : floor + all.filter(({ sequence }) => sequence <= beyond).length);
    const epoch = this.#epochOf(incarnation);
    const within = all
      .slice(Math.max(0, (after ?? 0) - floor))
      .filter(({ offset }) => before === undefined || offset < before);
    if (after === undefined) within.reverse();
    let bytes = 0;
    let count = 0;
    for (const { data } of within) {
      bytes += Buffer.byteLength(data.text);
      if (count >= limit || (count > 0 && bytes > MAX_PAGE_BYTES)) break;
      count += 1;
    }
    const events = within.slice(0, count).map((event): KeptEvent => ({ ...event, epoch }));
    if (after === undefined) events.reverse();
    return { epoch, floor, goneSequence, top: floor + all.length, events, more: count < within.length };
  }

  /** Lets some more gather first, as the real one does. */
  isLong(room: string): boolean {
    const { historyEvents, historyBytes } = this.#history;
    const { length } = this.#table(room).events;
    return length > historyEvents * 1.25 || length > this.#within(room, historyBytes * 1.25);
  }

  trim(room: string, keep = this.#history.historyEvents): void {
    const table = this.#table(room);
    const excess = table.events.length - Math.min(keep, this.#within(room, this.#history.historyBytes));
    if (excess <= 0) return;
    const { events, floor, goneSequence } = table;
    table.goneSequence = events[excess - 1]?.sequence ?? goneSequence;
    table.events = events.slice(excess);
    table.floor += excess;
    this.beginGroup();
    this.#undo(() => {
      Object.assign(table, { events, floor, goneSequence });
    });
  }

  /** How many of the newest events have so many bytes of data; one at least. */
  #within(room: string, maxBytes: number): number {
    const { events } = this.#table(room);
    if (maxBytes === Infinity) return events.length;
    let bytes = 0;
    const after = events.findLastIndex(({ data }) => (bytes += Buffer.byteLength(data.text)) > maxBytes);
    return Math.max(1, events.length - after - 1);
  }

  /** Another life of the room begins. */
  remove(room: string): Removed {
    const table = this.#table(room);
    const { incarnation, floor, goneSequence, events } = table;
    const sequence = this.#nextSequence();
    Object.assign(table, { incarnation: incarnation + 1, floor: 0, goneSequence: sequence, events: [] });
    this.#undo(() => Object.assign(table, { incarnation, floor, goneSequence, events }));
    return { room, position: { epoch: this.#epochOf(table.incarnation), offset: 0 }, sequence };
  }

  save(session: StoredSession): void {
    this.#replace(session.clientId, session);
  }

  find(clientId: string): StoredSession | undefined {
    return this.#sessions.get(clientId);
  }

  forget(clientId: string): void {
    this.#replace(clientId, undefined);
  }

  forgetUser(user: string): void {
    for (const session of [...this.#sessions.values()])
      if (session.user === user) this.forget(session.clientId);
  }

  whyChanged(epoch: string, now: string): GapReason {
    const [generation = "", incarnation] = epoch.split(".");
    if (this.#generations.slice(0, -1).includes(epoch)) return "store_lost_tail";
    const isSameLife = now.endsWith(`.${incarnation}`);
    return isSameLife && this.#generations.slice(0, -1).includes(generation)
      ? "store_lost_tail"
      : "recreated";
  }

  get generation(): string {
    return this.#generations.at(-1) ?? "";
  }

  /** Of the last event that there was. */
  get sequence(): number {
    return this.#sequence;
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #epochOf(incarnation: number): string {
    return `${this.generation}.${incarnation}`;
  }

  get #mayHaveLostTail(): boolean {
    return !this.#clean && this.durability === "process" && this.#rebooted;
  }

  #replace(clientId: string, session: StoredSession | undefined): void {
    const before = this.#sessions.get(clientId);
    this.#put(clientId, session);
    this.#undo(() => this.#put(clientId, before));
  }

  #put(clientId: string, session: StoredSession | undefined): void {
    if (session === undefined) this.#sessions.delete(clientId);
    else this.#sessions.set(clientId, session);
  }

  #undo(run: () => void): void {
    this.#unflushed.at(-1)?.push(run);
  }

  #table(room: string): RoomTable {
    let table = this.#rooms.get(room);
    if (table === undefined)
      this.#rooms.set(
        room,
        (table = { incarnation: 1, floor: 0, goneSequence: 0, events: [], known: new Map() }),
      );
    return table;
  }
}

const topOf = ({ floor, events }: RoomTable): number => floor + events.length;
const identityOf = ({ from, id }: Draft): string => JSON.stringify([from.user, id]);
