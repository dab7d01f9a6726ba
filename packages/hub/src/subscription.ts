/** Owns one stay of one session in one room. A re-join makes a new one: what is late for the old one reaches nobody. */
import type { Format } from "./connection.ts";
import type { Peer } from "./peer.ts";
import type { Room } from "./room.ts";
import type { KeptEvent } from "./room-log.ts";

export class Subscription {
  readonly room: Room;
  readonly peer: Peer;
  readonly clientId: string;
  /** Of the connection, kept here because the fan-out reads it for each member. */
  readonly format: Format;
  /** Place in the room's array of live members; -1 when not live. Only the room writes it. */
  index = -1;
  /** Live events that arrive while the snapshot is read; null once live or gone. Only the room writes it. */
  buffer: KeptEvent[] | null = null;
  #refusedId: string | undefined;

  constructor(room: Room, peer: Peer, clientId: string) {
    this.room = room;
    this.peer = peer;
    this.clientId = clientId;
    this.format = peer.format;
  }

  get live(): boolean {
    return this.index >= 0;
  }

  /** A publish was refused but may be repeated: its successors in this room are refused until it is, so none overtakes it. */
  refuseUntilRepeated(id: string): void {
    this.#refusedId ??= id;
  }

  /** @returns whether a publish must be refused because an earlier one waits to be repeated. */
  blocks(id: string): boolean {
    if (this.#refusedId === id) this.#refusedId = undefined;
    return this.#refusedId !== undefined;
  }
}
