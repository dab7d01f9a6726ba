/** Owns one stay in one room, of a member or a reader. A re-join makes a new one: what is late for the old one reaches nobody. */
import {
  type Ack,
  type Down,
  type EventMessage,
  type Gap,
  MAX_QUEUED_BYTES,
  type Position,
} from "@roomcast/protocol";

import type { Format } from "./connection.ts";
import type { Reached } from "./cursor.ts";
import type { Outlet, Recipient } from "./outlet.ts";
import type { Room } from "./room.ts";

/**
 * What came while a newcomer's snapshot was read: an event, its own ack that stands where an event stood or behind it, or word
 * that the room has begun another life, which a snapshot of that life tells by itself.
 */
export interface Held {
  readonly epoch: string;
  readonly offset: number;
  /** Of an event, and of another life. */
  readonly sequence?: number;
  readonly bytes: number;
  readonly message: EventMessage | Ack | Gap;
  /** An ack of the event with this offset, and not in its stead. */
  readonly isBehind?: boolean;
}

/** Live events that arrive meanwhile. */
interface Holding {
  held: Held[];
  bytes: number;
}

export class Subscription {
  readonly room: Room;
  readonly peer: Recipient;
  /** Of the recipient, kept here because the fan-out needs it for each member. */
  readonly outlet: Outlet;
  /** Place in the room's array of live members; -1 when not live. Only the room writes it. */
  index = -1;
  /** Where its snapshot ends, until a live event has got past that. Only the room writes it. */
  snapshot: Position | undefined;
  /** While the snapshot is read. */
  #holding: Holding | undefined;
  #publishes = 0;
  #bar: { readonly id: string; readonly place: number } | undefined;

  constructor(room: Room, peer: Recipient) {
    this.room = room;
    this.peer = peer;
    this.outlet = peer.outlet;
    this.outlet.rooms.add(room.name);
  }

  get format(): Format {
    return this.outlet.format;
  }

  get live(): boolean {
    return this.index >= 0;
  }

  /** A message that goes to this member alone. */
  encode(message: Down, at?: Reached): Uint8Array {
    return this.outlet.encode(message, at);
  }

  /** What was held while the snapshot is read; null before and after. */
  get held(): readonly Held[] | null {
    return this.#holding?.held ?? null;
  }

  startHolding(): void {
    this.#holding = { held: [], bytes: 0 };
  }

  /** Too much for one reader: the newest stays, and the hole before it makes the snapshot be read once more. */
  hold(held: Held): void {
    const holding = this.#holding;
    if (holding === undefined) return;
    holding.bytes += held.bytes;
    if (holding.bytes > MAX_QUEUED_BYTES) {
      holding.held = holding.held.filter(({ message }) => message.type === "ack");
      holding.bytes = held.bytes;
    }
    holding.held.push(held);
  }

  /** @param instead of the event of that position, which was held last. */
  holdAck(ack: Ack, { epoch, offset }: Position, instead: boolean): void {
    const held = this.#holding?.held;
    if (held === undefined) return;
    const replaces = instead && held.at(-1)?.offset === offset;
    if (replaces) held.pop();
    held.push({ epoch, offset, bytes: 0, message: ack, isBehind: !replaces });
  }

  /** @returns what was held, in the order in which it came. */
  stopHolding(): readonly Held[] {
    const held = this.held ?? [];
    this.#holding = undefined;
    return held;
  }

  /** A publish was refused but may be repeated: its successors in this room are refused until it is, so none overtakes it. */
  refuseUntilRepeated(id: string, place = this.takePlace()): void {
    // The log refuses later than a limit does: the earliest in the order of arrival is the one to be repeated first.
    if (this.#bar === undefined || place < this.#bar.place) this.#bar = { id, place };
  }

  /** Of a publish in the order of arrival. */
  takePlace(): number {
    this.#publishes += 1;
    return this.#publishes;
  }

  /** A repeated publish lifts its own bar. @returns the id that must be repeated before this one, if any. */
  blocks(id: string): string | undefined {
    if (this.#bar?.id === id) this.#bar = undefined;
    return this.#bar?.id;
  }
}
