/** The room log on SQLite: drafts and ranges in, positions and pages out. Must not know how they get to the writer. */
import type {
  Draft,
  Durability,
  KeptEvent,
  Page,
  ReadRange,
  Removed,
  RoomLog,
  Settle,
  SettleRemoval,
} from "@roomcast/hub";
import { err, type GapReason, JsonText, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { Turns } from "../../turns.ts";
import type { GroupQueue } from "./group-queue.ts";
import type { Tails } from "./tails.ts";
import { FIRST_INCARNATION } from "./writer/rooms-table.ts";
import type { KeptCells, PageCells } from "./writer/writer-messages.ts";

interface SqliteLogParts {
  readonly turns: Turns;
  readonly queue: GroupQueue;
  readonly tails: Tails;
  readonly durability: Durability;
  readonly generation: string;
  readonly earlierGenerations: readonly string[];
  /** Of the last event that was there. */
  readonly sequence: number;
  readonly close: () => Promise<void>;
}

/** An epoch is `<generation of the store>.<incarnation of the room>`. */
const SEPARATOR = ".";

export class SqliteLog implements RoomLog {
  readonly durability: Durability;
  readonly announcesFirst = true;
  readonly generation: string;
  /** Most rooms are in their first life: one text for them all. */
  readonly #firstEpoch: string;
  readonly #queue: GroupQueue;
  readonly #tails: Tails;
  readonly #earlierGenerations: ReadonlySet<string>;
  readonly #turns: Turns;
  readonly #close: () => Promise<void>;
  #sequence: number;
  #listener: (event: KeptEvent) => void = () => undefined;
  #removalListener: (removed: Removed) => void = () => undefined;

  constructor(parts: SqliteLogParts) {
    this.durability = parts.durability;
    this.#turns = parts.turns;
    this.#queue = parts.queue;
    this.#tails = parts.tails;
    this.generation = parts.generation;
    this.#firstEpoch = epochOf(parts.generation, FIRST_INCARNATION);
    this.#sequence = parts.sequence;
    this.#earlierGenerations = new Set(parts.earlierGenerations);
    this.#close = parts.close;
  }

  get sequence(): number {
    return this.#sequence;
  }

  append(draft: Draft, settle: Settle): void {
    const { room, event, data, id, from, time } = draft;
    const { clientId, user, name } = from;
    this.#queue.append([room, event, data.text, id, clientId, user, name, time], (placed) => {
      if ("code" in placed) {
        settle(err(placed));
        return;
      }
      const { offset, duplicate, sequence } = placed;
      const epoch = this.#epochOf(placed.incarnation);
      if (!duplicate) {
        const kept = { room, event, data, id, from, time, epoch, offset, sequence };
        this.#sequence = sequence;
        this.#tails.append(kept);
        this.#listener(kept);
      }
      settle(ok({ position: { epoch, offset }, time: placed.time, duplicate }));
    });
  }

  remove(room: string, settle: SettleRemoval): void {
    this.#queue.append([room], (placed) => {
      if ("code" in placed) {
        settle(err(placed));
        return;
      }
      const { offset, incarnation, sequence } = placed;
      const removed = { room, position: { epoch: this.#epochOf(incarnation), offset }, sequence };
      this.#sequence = sequence;
      this.#tails.remove(removed);
      this.#removalListener(removed);
      settle(ok(removed));
    });
  }

  /** What memory shows is what the listener has heard; the tables are read once all that was asked before is committed. */
  async read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    if (this.#queue.isEnded) return this.#readTables(room, range);
    const first = this.#tails.reading(room);
    if (first !== undefined) await first;
    if (!this.#tails.has(room)) return this.#readTables(room, range);
    await this.#turns.next();
    const page = this.#tails.page(room, range);
    return page === undefined ? this.#readTables(room, range) : ok(page);
  }

  /** Every event passes through this process: there is nothing to subscribe to. */
  subscribe(): void {}

  unsubscribe(): void {}

  whyChanged(epoch: string, now: string): GapReason {
    if (this.#earlierGenerations.has(epoch)) return "store_lost_tail";
    const [then, present] = [partsOf(epoch), partsOf(now)];
    const sameRoom = then.incarnation === present.incarnation;
    return sameRoom && this.#earlierGenerations.has(then.generation) ? "store_lost_tail" : "recreated";
  }

  onAppended(listener: (event: KeptEvent) => void): void {
    this.#listener = listener;
  }

  onRemoved(listener: (removed: Removed) => void): void {
    this.#removalListener = listener;
  }

  async close(): Promise<void> {
    await this.#close();
  }

  #readTables(room: string, { after, beyond, before, limit }: ReadRange): Promise<Result<Page, Refusal>> {
    const { promise, resolve } = Promise.withResolvers<Result<Page, Refusal>>();
    this.#tails.begin(room, promise);
    this.#queue.read({ room, after, beyond, before, limit }, (cells) => {
      if ("code" in cells) {
        this.#tails.missed(room);
        resolve(err(cells));
        return;
      }
      const page = this.#pageOf(room, cells);
      this.#tails.learn(room, page);
      resolve(ok(page));
    });
    return promise;
  }

  #pageOf(room: string, { incarnation, floor, goneSequence, top, events, more }: PageCells): Page {
    const epoch = this.#epochOf(incarnation);
    const kept = events.map((cells) => keptEvent(room, epoch, cells));
    return { epoch, floor, goneSequence, top, events: kept, more };
  }

  #epochOf(incarnation: number): string {
    return incarnation === FIRST_INCARNATION ? this.#firstEpoch : epochOf(this.generation, incarnation);
  }
}

const epochOf = (generation: string, incarnation: number): string =>
  `${generation}${SEPARATOR}${incarnation}`;

function partsOf(epoch: string): { generation: string; incarnation: string } {
  const at = epoch.lastIndexOf(SEPARATOR);
  return { generation: epoch.slice(0, at), incarnation: epoch.slice(at + 1) };
}

function keptEvent(room: string, epoch: string, cells: KeptCells): KeptEvent {
  const [offset, event, data, id, clientId, user, name, time, sequence] = cells;
  const from = { clientId, user, name };
  return { room, event, data: new JsonText(data), id, from, time, epoch, offset, sequence };
}
