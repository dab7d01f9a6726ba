/** Owns which rooms are alive in this process: born when somebody enters, gone when nobody is left or expected back. */
import type { RoomLog } from "../ports/room-log.ts";
import { Room, type RoomParts } from "./room.ts";

export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #log: RoomLog;
  readonly #parts: RoomParts;

  constructor(log: RoomLog, parts: RoomParts) {
    this.#log = log;
    this.#parts = parts;
  }

  get size(): number {
    return this.#rooms.size;
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  open(name: string): Room {
    let room = this.#rooms.get(name);
    if (room === undefined) {
      room = new Room(name, this.#parts);
      this.#rooms.set(name, room);
    }
    return room;
  }

  /** To be called whenever somebody has gone. */
  forgetIfEmpty(room: Room): void {
    if (!room.empty || this.#rooms.get(room.name) !== room) return;
    room.presence.flush();
    this.#rooms.delete(room.name);
    this.#log.unsubscribe(room.name);
  }

  all(): IterableIterator<Room> {
    return this.#rooms.values();
  }
}
