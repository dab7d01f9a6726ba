/** Owns the events of all rooms, by room and offset. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

import type { Room } from "./rooms-table.ts";
import type { EventCells, KeptCells, PageCells, ReadRequest } from "./writer-messages.ts";

interface EventRow {
  readonly offset: number;
  readonly event: string;
  readonly data: string;
  readonly id: string;
  readonly sender: string;
  readonly time: number;
  readonly sequence: number;
}

/** What grows from event to event. */
interface Totals {
  readonly sequence: number;
  /** Of the data of this event and of all before it in its room. */
  readonly totalBytes: number;
}

type Stretch = Pick<Room, "id" | "floor" | "top">;
type Sender = readonly [clientId: string | null, user: string, name: string];

const COLUMNS = "offset, event, data, id, sender, time, sequence";

export class EventsTable {
  readonly #maxPageBytes: number;
  readonly #insert: StatementSync;
  readonly #upwards: StatementSync;
  readonly #downwards: StatementSync;
  readonly #first: StatementSync;
  readonly #firstYoung: StatementSync;
  readonly #lastWithin: StatementSync;
  readonly #trim: StatementSync;
  readonly #totals: StatementSync;

  constructor(database: DatabaseSync, maxPageBytes: number) {
    this.#maxPageBytes = maxPageBytes;
    const within = "FROM events WHERE room = ? AND offset BETWEEN ? AND ?";
    this.#insert = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#upwards = database.prepare(`SELECT ${COLUMNS} ${within} ORDER BY offset LIMIT ?`);
    this.#downwards = database.prepare(`SELECT ${COLUMNS} ${within} ORDER BY offset DESC LIMIT ?`);
    this.#first = database.prepare("SELECT offset FROM events WHERE room = ? ORDER BY offset LIMIT 1");
    this.#firstYoung = database.prepare(`SELECT offset ${within} AND time >= ? ORDER BY offset LIMIT 1`);
    this.#lastWithin = database.prepare(`
      SELECT max(offset) AS last FROM
        (SELECT offset, sum(octet_length(data)) OVER (ORDER BY offset) AS bytes ${within}) WHERE bytes <= ?`);
    this.#totals = database.prepare(
      "SELECT sequence, total_bytes AS totalBytes FROM events WHERE room = ? AND offset = ?",
    );
    this.#trim = database.prepare("DELETE FROM events WHERE room = ? AND offset <= ?");
  }

  insert(room: number, offset: number, cells: EventCells, { sequence, totalBytes }: Totals): void {
    const [event, data, id, clientId, user, name, time] = cells;
    const sender: Sender = [clientId, user, name];
    const texts = [event, data, JSON.stringify(id), JSON.stringify(sender)] as const;
    this.#insert.run(room, offset, ...texts, time, sequence, totalBytes);
  }

  /** Outside a transaction: shows what is committed. */
  page(room: Room, request: ReadRequest): PageCells {
    const { incarnation, floor, goneSequence, top } = room;
    const { before, beyond, limit } = request;
    const after = request.after ?? (beyond === undefined ? undefined : this.#lastUpTo(room, beyond));
    const low = Math.max(after ?? 0, floor) + 1;
    const high = Math.min(before === undefined ? top : before - 1, top);
    const wanted = Math.max(0, Math.min(limit, high - low + 1));
    const direction = after === undefined ? this.#downwards : this.#upwards;
    const events =
      wanted === 0 ? [] : takePage(direction.iterate(room.id, low, high, wanted), this.#maxPageBytes);
    if (after === undefined) events.reverse();
    // Offsets have no hole, so what was not read can be counted.
    return { incarnation, floor, goneSequence, top, events, more: events.length < high - low + 1 };
  }

  /** The lowest offset that is kept. */
  first(room: number): number | undefined {
    const offset = this.#first.get(room)?.["offset"];
    return offset === undefined ? undefined : Number(offset);
  }

  /** The first offset from `low` to `high` that is not older than `time`. */
  firstYoung(room: number, low: number, high: number, time: number): number | undefined {
    const offset = this.#firstYoung.get(room, low, high, time)?.["offset"];
    return offset === undefined ? undefined : Number(offset);
  }

  /** The last offset up to `high` with which the data from `low` on is `bytes` at most; `low` at least. */
  lastWithin(room: number, low: number, high: number, bytes: number): number {
    return Math.max(low, Number(this.#lastWithin.get(room, low, high, bytes)?.["last"] ?? low));
  }

  trim(room: number, upTo: number): void {
    this.#trim.run(room, upTo);
  }

  /** 0 where no event stands. */
  totalsAt(room: number, offset: number): Totals {
    const totals = this.#totals.get(room, offset) as Totals | undefined;
    return { sequence: totals?.sequence ?? 0, totalBytes: totals?.totalBytes ?? 0 };
  }

  /** The first offset behind the floor by which the data is `bytes` in total. */
  firstReaching(room: Stretch, bytes: number): number {
    return 1 + this.#lastWhere(room, ({ totalBytes }) => totalBytes < bytes);
  }

  /** The offset of the last event with this sequence or a lower one. */
  #lastUpTo(room: Stretch, upTo: number): number {
    return this.#lastWhere(room, ({ sequence }) => sequence <= upTo);
  }

  /** Of totals that are so up to some event and not so behind it: the floor, where none is. */
  #lastWhere({ id, floor, top }: Stretch, isSo: (totals: Totals) => boolean): number {
    let [low, high] = [floor, top];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (isSo(this.totalsAt(id, middle))) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function takePage(rows: Iterable<unknown>, maxBytes: number): KeptCells[] {
  const events: KeptCells[] = [];
  let bytes = 0;
  for (const row of rows as Iterable<EventRow>) {
    bytes += Buffer.byteLength(row.data);
    if (bytes > maxBytes && events.length > 0) break;
    const [clientId, user, name] = JSON.parse(row.sender) as Sender;
    const id = JSON.parse(row.id) as string;
    events.push([row.offset, row.event, row.data, id, clientId, user, name, row.time, row.sequence]);
  }
  return events;
}
