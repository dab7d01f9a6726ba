/** Owns the log that lives and dies with the process: the reference that every other log is compared with. */
import { type GapReason, MAX_PAGE_BYTES, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import type {
  Appended,
  Draft,
  KeptEvent,
  Page,
  ReadRange,
  Removed,
  RoomLog,
  Settle,
  SettleRemoval,
  Trimmed,
} from "../ports/room-log.ts";
import { SteadyTime } from "../steady-time.ts";

interface Entry {
  readonly epoch: string;
  readonly offset: number;
  readonly time: number;
}

interface RoomState {
  epoch: string;
  floor: number;
  goneSequence: number;
  /** From floor + 1 on, without a hole. */
  events: KeptEvent[];
  /** Of their data. */
  bytes: number;
  /** Oldest first; outlives what is trimmed or removed. */
  readonly known: Map<string, Entry>;
}

/** All but the ports have defaults. */
export interface MemoryLogOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Kept per room. Default 10,000. */
  readonly historyEvents?: number;
  /** Bytes of data kept per room, the newest event at least. Default 64 MiB; Infinity is no limit. */
  readonly historyBytes?: number;
  readonly onTrimmed?: (trimmed: Trimmed) => void;
  /** How long an id is remembered. Default 24 h. */
  readonly dedupeMs?: number;
}

/** A room log that is gone with the process. */
export class MemoryLog implements RoomLog {
  readonly durability = "memory";
  readonly announcesFirst = true;
  readonly generation: string;
  readonly #rooms = new Map<string, RoomState>();
  /** Of every room that was never removed. */
  readonly #firstEpoch: string;
  readonly #random: Random;
  readonly #time: SteadyTime;
  readonly #historyEvents: number;
  readonly #historyBytes: number;
  readonly #onTrimmed: (trimmed: Trimmed) => void;
  readonly #dedupeMs: number;
  #sequence = 0;
  #listener: (event: KeptEvent) => void = () => undefined;
  #removalListener: (removed: Removed) => void = () => undefined;

  constructor({
    clock,
    random,
    historyEvents = 10_000,
    historyBytes = 64 * 1024 * 1024,
    onTrimmed = () => undefined,
    dedupeMs = 24 * 60 * 60 * 1000,
  }: MemoryLogOptions) {
    this.#time = new SteadyTime(clock);
    this.#random = random;
    this.#firstEpoch = random.id();
    this.generation = this.#firstEpoch;
    this.#historyEvents = historyEvents;
    this.#historyBytes = historyBytes;
    this.#onTrimmed = onTrimmed;
    this.#dedupeMs = dedupeMs;
  }

  get sequence(): number {
    return this.#sequence;
  }

  onAppended(listener: (event: KeptEvent) => void): void {
    this.#listener = listener;
  }

  onRemoved(listener: (removed: Removed) => void): void {
    this.#removalListener = listener;
  }

  append(draft: Draft, settle: Settle): void {
    const state = this.#open(draft.room);
    const key = identityOf(draft);
    const known = state.known.get(key);
    if (known !== undefined) {
      settle(ok(appended(known, true)));
      return;
    }
    const offset = state.floor + state.events.length + 1;
    const { epoch } = state;
    this.#sequence += 1;
    const event: KeptEvent = { ...draft, epoch, offset, sequence: this.#sequence };
    state.events.push(event);
    state.bytes += utf8Length(event.data.text);
    state.known.set(key, { epoch, offset, time: draft.time });
    this.#trim(state);
    this.#listener(event);
    settle(ok(appended(event, false)));
  }

  remove(room: string, settle: SettleRemoval): void {
    const state = this.#open(room);
    state.epoch = this.#random.id();
    state.floor = 0;
    state.events = [];
    state.bytes = 0;
    this.#sequence += 1;
    state.goneSequence = this.#sequence;
    const removed = { room, position: { epoch: state.epoch, offset: 0 }, sequence: this.#sequence };
    this.#removalListener(removed);
    settle(ok(removed));
  }

  read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    const state = this.#rooms.get(room);
    const { epoch = this.#firstEpoch, floor = 0, goneSequence = 0, events = [] } = state ?? {};
    const page = pageOf(events, floor, range);
    return Promise.resolve(ok({ epoch, floor, goneSequence, top: floor + events.length, ...page }));
  }

  subscribe(): void {
    // Every event reaches the listener anyway.
  }

  unsubscribe(): void {
    // Every event reaches the listener anyway.
  }

  whyChanged(): GapReason {
    return "recreated";
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #open(room: string): RoomState {
    let state = this.#rooms.get(room);
    if (state === undefined) {
      state = { epoch: this.#firstEpoch, floor: 0, goneSequence: 0, events: [], bytes: 0, known: new Map() };
      this.#rooms.set(room, state);
    }
    return state;
  }

  /** Lets an eighth more gather first, so that an append costs no copy of the room. */
  #trim(state: RoomState): void {
    if (state.events.length > this.#historyEvents * 1.125 || state.bytes > this.#historyBytes * 1.125)
      this.#cut(state);
    const forgetBefore = this.#time.now() - this.#dedupeMs;
    for (const [key, { time }] of state.known) {
      if (time >= forgetBefore) break;
      state.known.delete(key);
    }
  }

  #cut(state: RoomState): void {
    const { events } = state;
    const tooMany = events.length - this.#historyEvents;
    let [gone, bytes] = [0, state.bytes];
    for (const { data, sequence } of events) {
      const isNewest = gone === events.length - 1;
      if (isNewest || (gone >= tooMany && bytes <= this.#historyBytes)) break;
      bytes -= utf8Length(data.text);
      state.goneSequence = sequence;
      gone += 1;
    }
    if (gone === 0) return;
    state.events = events.slice(gone);
    state.bytes = bytes;
    state.floor += gone;
    this.#onTrimmed({ by: gone > tooMany ? "bytes" : "events", events: gone });
  }
}

const appended = ({ epoch, offset, time }: Entry, duplicate: boolean): Appended => ({
  position: { epoch, offset },
  time,
  duplicate,
});

/** The length keeps ("a", "bc") apart from ("ab", "c"). */
const identityOf = ({ from, id }: Draft): string => `${from.user.length}:${from.user}${id}`;

function pageOf(all: readonly KeptEvent[], floor: number, range: ReadRange): Pick<Page, "events" | "more"> {
  const { beyond, after = beyond === undefined ? undefined : floor + lastUpTo(all, beyond) } = range;
  const forward = after !== undefined;
  const first = Math.max(0, (after ?? 0) - floor);
  const end = Math.max(first, Math.min(all.length, (range.before ?? Infinity) - floor - 1));
  const candidates = all.slice(first, end);
  if (!forward) candidates.reverse();
  const events: KeptEvent[] = [];
  let bytes = 0;
  for (const event of candidates) {
    bytes += utf8Length(event.data.text);
    if (events.length >= range.limit || (events.length > 0 && bytes > MAX_PAGE_BYTES)) break;
    events.push(event);
  }
  if (!forward) events.reverse();
  return { events, more: events.length < candidates.length };
}

/** How many events have this sequence or a lower one. */
function lastUpTo(all: readonly KeptEvent[], sequence: number): number {
  const next = all.findIndex((event) => event.sequence > sequence);
  return next < 0 ? all.length : next;
}

/** No byte is counted for the second half of a pair: the first half counts for both. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else if (unit < 0xdc00) bytes += 4;
  }
  return bytes;
}
