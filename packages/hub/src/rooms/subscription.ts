/** Owns one stay in one room, of a member or a reader. A re-join makes a new one: what is late for the old one reaches nobody. */
import type { Down } from "@roomcast/protocol";

import { withRoom } from "../connections/carriers.ts";
import type { Outlet, Recipient } from "../connections/outlet.ts";
import type { Reached } from "../entering/cursor.ts";
import type { Format } from "../ports/connection.ts";
import type { Held } from "./holding.ts";
import type { Room } from "./room.ts";

export class Subscription {
  readonly room: Room;
  readonly peer: Recipient;
  /** Of the recipient, kept here because the fan-out needs it for each member. */
  readonly outlet: Outlet;
  /** Place in the room's array of live members; -1 when not live. Only the room writes it. */
  index = -1;
  #publishes = 0;
  #bar: { readonly id: string; readonly place: number } | undefined;

  constructor(room: Room, peer: Recipient) {
    this.room = room;
    this.peer = peer;
    this.outlet = peer.outlet;
    this.outlet.rooms = withRoom(this.outlet.rooms, room.name);
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
    return this.room.heldFor(this);
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
