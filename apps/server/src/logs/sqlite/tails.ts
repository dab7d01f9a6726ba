/**
 * Owns the newest events of rooms in use, in memory, as far as the event loop has heard of them. A room is here from its first
 * reader on, until rooms that were used more lately need the space. MUST be told all that changes a room, in the writer's order.
 */
import type { KeptEvent, Page, ReadRange, Removed } from "@roomcast/hub";

import { RoomTail } from "./room-tail.ts";
import type { TrimmedRoom } from "./writer/writer-messages.ts";

/** When there is too much, so much of the limit is kept. */
const KEPT = 15 / 16;

export class Tails {
  readonly #maxBytes: number;
  /**
   * The least recently used comes first. A room that is still being read stands here too, with the promise of it. A map of its own for
   * those would be filled and emptied without end, and V8 would keep the tables that it outgrows alive, one by the other.
   */
  readonly #rooms = new Map<string, RoomTail | Promise<unknown>>();
  /** One tail for all rooms in which nothing was ever said, which of very many rooms most are. */
  #untouched: RoomTail | undefined;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  has(room: string): boolean {
    return this.#tailOf(room) !== undefined;
  }

  /** When many come at once into a room that is not here, the first reads the tables, and the others wait for this. */
  reading(room: string): Promise<unknown> | undefined {
    const reading = this.#rooms.get(room);
    return reading instanceof RoomTail ? undefined : reading;
  }

  /** The tables are read. MUST be followed by `learn`, or by `missed`. */
  begin(room: string, reading: Promise<unknown>): void {
    if (!this.has(room)) this.#rooms.set(room, reading);
  }

  /** The tables could not be read. */
  missed(room: string): void {
    if (!this.has(room)) this.#rooms.delete(room);
  }

  /** undefined: to be read from the tables. */
  page(room: string, range: ReadRange): Page | undefined {
    return this.#use(room, (tail) => tail.page(range));
  }

  /** @param page as the room is now, from the tables. */
  learn(room: string, page: Page): void {
    const known = this.#tailOf(room);
    const fresh = isUntouched(page) ? this.#untouchedOf(page) : new RoomTail(page);
    if (known === undefined || fresh.first < known.first) this.#put(room, fresh);
  }

  append(event: KeptEvent): void {
    this.#change(event.room, (tail) => {
      tail.append(event);
    });
  }

  remove({ room, position, sequence }: Removed): void {
    this.#change(room, (tail) => {
      tail.renew(position.epoch, sequence);
    });
  }

  trim({ room, floor, goneSequence }: TrimmedRoom): void {
    this.#change(room, (tail) => {
      tail.raiseFloor(floor, goneSequence);
    });
  }

  #tailOf(room: string): RoomTail | undefined {
    const tail = this.#rooms.get(room);
    return tail instanceof RoomTail ? tail : undefined;
  }

  /** In its first life, as all of them are but those that were emptied by a version that did not count what is gone. */
  #untouchedOf(page: Page): RoomTail {
    this.#untouched ??= new RoomTail(page);
    return this.#untouched.epoch === page.epoch ? this.#untouched : new RoomTail(page);
  }

  #change(room: string, change: (tail: RoomTail) => void): void {
    const shared = this.#untouched;
    if (shared !== undefined && this.#rooms.get(room) === shared) this.#rooms.set(room, shared.copy());
    this.#use(room, change);
  }

  #use<Value>(room: string, use: (tail: RoomTail) => Value): Value | undefined {
    const tail = this.#tailOf(room);
    if (tail === undefined) return undefined;
    this.#bytes -= tail.bytes;
    this.#rooms.delete(room);
    const value = use(tail);
    this.#put(room, tail);
    return value;
  }

  #put(room: string, tail: RoomTail): void {
    this.#bytes += tail.bytes - (this.#tailOf(room)?.bytes ?? 0);
    this.#rooms.set(room, tail);
    if (this.#bytes > this.#maxBytes) this.#forgetOldest();
  }

  /** Forgets more than it must: a walk from the oldest on passes over the gaps that all later uses have left in the map. */
  #forgetOldest(): void {
    for (const [room, oldest] of this.#rooms) {
      if (this.#bytes <= this.#maxBytes * KEPT) break;
      if (!(oldest instanceof RoomTail)) continue;
      this.#rooms.delete(room);
      this.#bytes -= oldest.bytes;
    }
  }
}

const isUntouched = ({ top, goneSequence }: Page): boolean => top === 0 && goneSequence === 0;
