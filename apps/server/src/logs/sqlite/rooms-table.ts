/** Owns where each room stands: its incarnation, floor and top. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Of a room that never was, and that it will have. */
export const FIRST_INCARNATION = 1;

export interface Room {
  readonly id: number;
  readonly incarnation: number;
  /** The highest offset that was trimmed. */
  readonly floor: number;
  /** The highest offset that was given. */
  readonly top: number;
}

export interface TrimCandidate extends Room {
  readonly name: string;
  /** Time of the oldest kept event; null when none is kept. */
  readonly oldest: number | null;
}

type MutableRoom = { -readonly [Key in keyof Room]: Room[Key] };

const MAX_CACHED_ROOMS = 10_000;
const TOP =
  "coalesce((SELECT offset FROM events WHERE room = rooms.id ORDER BY offset DESC LIMIT 1), floor) AS top";

export class RoomsTable {
  /** What the table says; good only while nothing was rolled back. */
  readonly #cache = new Map<string, MutableRoom>();
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #setFloor: StatementSync;
  readonly #behind: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(`SELECT id, incarnation, floor, ${TOP} FROM rooms WHERE name = ?`);
    this.#insert = database.prepare(
      "INSERT INTO rooms (name, incarnation, floor) VALUES (?, ?, 0) RETURNING id",
    );
    this.#setFloor = database.prepare("UPDATE rooms SET floor = ? WHERE id = ?");
    this.#behind = database.prepare(`
      SELECT id, name, incarnation, floor, ${TOP},
        (SELECT time FROM events WHERE room = rooms.id ORDER BY offset LIMIT 1) AS oldest
      FROM rooms WHERE id > ? ORDER BY id LIMIT ?`);
  }

  find(name: string): Room | undefined {
    return this.#cache.get(name) ?? this.#load(name);
  }

  /** Inside a transaction. Makes the room when it is not there. */
  enter(name: string): Room {
    const room = this.find(name);
    if (room !== undefined) return room;
    const id = Number(this.#insert.get(name, FIRST_INCARNATION)?.["id"]);
    return this.#remember(name, { id, incarnation: FIRST_INCARNATION, floor: 0, top: 0 });
  }

  /** Inside a transaction, once an event stands at `top`. */
  raiseTop(name: string, top: number): void {
    const room = this.#cache.get(name);
    if (room !== undefined) room.top = top;
  }

  /** Inside a transaction, once no event is left at or below `floor`. */
  raiseFloor(name: string, id: number, floor: number): void {
    this.#setFloor.run(floor, id);
    const room = this.#cache.get(name);
    if (room !== undefined) room.floor = floor;
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
    const row = this.#find.get(name) as MutableRoom | undefined;
    if (row === undefined) return undefined;
    const { id, incarnation, floor, top } = row;
    return this.#remember(name, { id, incarnation, floor, top });
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
