/** Owns where each room stands: its incarnation, floor and top, and which lives it had before. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Of a room that never was, and that it will have. */
export const FIRST_INCARNATION = 1;

export interface Life {
  readonly id: number;
  readonly incarnation: number;
}

export interface Room extends Life {
  /** The highest offset that was trimmed. */
  readonly floor: number;
  /** The highest sequence of what was trimmed or removed. */
  readonly goneSequence: number;
  /** The highest offset that was given. */
  readonly top: number;
  /** The total of data up to the floor, and up to the top: between them is what is kept. */
  readonly floorBytes: number;
  readonly topBytes: number;
  /** Ended by a removal, and not yet forgotten: the identities that they knew are still known. */
  readonly earlier: readonly Life[];
}

export interface TrimCandidate extends Omit<Room, "earlier"> {
  readonly name: string;
  /** Time of the oldest kept event; null when none is kept. */
  readonly oldest: number | null;
}

type MutableRoom = { -readonly [Key in keyof Room]: Room[Key] };

const MAX_CACHED_ROOMS = 10_000;
/** Of a room, apart from its top. */
const COLUMNS = "id, incarnation, floor, gone_sequence AS goneSequence";
const OF_LAST = "FROM events WHERE room = rooms.id ORDER BY offset DESC LIMIT 1";
const OF_FIRST = "FROM events WHERE room = rooms.id ORDER BY offset LIMIT 1";
/** A room of which nothing is left counts its bytes anew. */
const TOP = `
  coalesce((SELECT offset ${OF_LAST}), floor) AS top,
  coalesce((SELECT total_bytes ${OF_LAST}), 0) AS topBytes,
  coalesce((SELECT max(0, total_bytes - octet_length(data)) ${OF_FIRST}), 0) AS floorBytes`;

export class RoomsTable {
  /** What the table says; good only while nothing was rolled back. */
  readonly #cache = new Map<string, MutableRoom>();
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #setFloor: StatementSync;
  readonly #behind: StatementSync;
  readonly #earlierOf: StatementSync;
  readonly #allEarlier: StatementSync;
  readonly #endLife: StatementSync;
  readonly #renew: StatementSync;
  readonly #forgetLife: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(`SELECT ${COLUMNS}, ${TOP} FROM rooms WHERE name = ?`);
    this.#insert = database.prepare(
      "INSERT INTO rooms (name, incarnation, floor) VALUES (?, ?, 0) RETURNING id",
    );
    this.#setFloor = database.prepare("UPDATE rooms SET floor = ?, gone_sequence = ? WHERE id = ?");
    this.#behind = database.prepare(`
      SELECT ${COLUMNS}, name, ${TOP},
        (SELECT time ${OF_FIRST}) AS oldest
      FROM rooms WHERE id > ? ORDER BY id LIMIT ?`);
    this.#earlierOf = database.prepare("SELECT id, incarnation FROM earlier_lives WHERE name = ?");
    this.#allEarlier = database.prepare("SELECT id, incarnation FROM earlier_lives ORDER BY id");
    this.#endLife = database.prepare("INSERT INTO earlier_lives (name, id, incarnation) VALUES (?, ?, ?)");
    // No life has the number of another: what an earlier one left would be the later one's.
    this.#renew = database.prepare(`
      UPDATE rooms SET incarnation = incarnation + 1, floor = 0, gone_sequence = ?,
        id = 1 + max((SELECT max(id) FROM rooms), (SELECT max(id) FROM earlier_lives))
      WHERE name = ? RETURNING id, incarnation`);
    this.#forgetLife = database.prepare("DELETE FROM earlier_lives WHERE id = ?");
  }

  find(name: string): Room | undefined {
    return this.#cache.get(name) ?? this.#load(name);
  }

  /** Inside a transaction. Makes the room when it is not there. */
  enter(name: string): Room {
    const room = this.find(name);
    if (room !== undefined) return room;
    const id = Number(this.#insert.get(name, FIRST_INCARNATION)?.["id"]);
    return this.#remember(name, {
      id,
      incarnation: FIRST_INCARNATION,
      floor: 0,
      goneSequence: 0,
      top: 0,
      floorBytes: 0,
      topBytes: 0,
      earlier: [],
    });
  }

  /** Inside a transaction. Ends the life of the room, whether or not it had begun, and answers the next one. */
  renew(name: string, sequence: number): Life {
    const { id, incarnation } = this.enter(name);
    this.#endLife.run(name, id, incarnation);
    this.#cache.delete(name);
    const { id: nextId, incarnation: next } = this.#renew.get(sequence, name) as unknown as Life;
    return { id: nextId, incarnation: next };
  }

  /** Of all rooms. */
  earlierLives(): Life[] {
    return this.#allEarlier.all() as unknown as Life[];
  }

  /** Inside a transaction, once nothing of it is left. */
  forgetLife(id: number): void {
    this.#forgetLife.run(id);
    this.#cache.clear();
  }

  /** Inside a transaction, once an event stands at `top`. */
  raiseTop(name: string, top: number, topBytes: number): void {
    const room = this.#cache.get(name);
    if (room === undefined) return;
    room.top = top;
    room.topBytes = topBytes;
  }

  /** Inside a transaction, once no event is left at or below `floor`. */
  raiseFloor(name: string, id: number, raised: Pick<Room, "floor" | "goneSequence" | "floorBytes">): void {
    this.#setFloor.run(raised.floor, raised.goneSequence, id);
    const room = this.#cache.get(name);
    if (room !== undefined) Object.assign(room, raised);
  }

  /** The next rooms behind `id`, in order. */
  behind(id: number, limit: number): TrimCandidate[] {
    return this.#behind.all(id, limit) as unknown as TrimCandidate[];
  }

  /** MUST be called after a rollback. */
  forget(): void {
    this.#cache.clear();
  }

  #load(name: string): Room | undefined {
    const row = this.#find.get(name) as Omit<MutableRoom, "earlier"> | undefined;
    if (row === undefined) return undefined;
    const { id, incarnation, floor, goneSequence, top, floorBytes, topBytes } = row;
    const earlier = this.#earlierOf.all(name) as unknown as Life[];
    return this.#remember(name, {
      ...{ id, incarnation, floor, goneSequence, top },
      ...{ floorBytes, topBytes, earlier },
    });
  }

  #remember(name: string, room: MutableRoom): Room {
    if (this.#cache.size >= MAX_CACHED_ROOMS) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(name, room);
    return room;
  }
}
