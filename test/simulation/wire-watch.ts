/**
 * Owns what must hold of all that a server says on one connection, whatever a client makes of it: rules that a good client
 * would hide, because it drops what comes twice and asks again for what is missing.
 */
import { decodeDown, type Down, type Position } from "@roomcast/protocol";

/** Which connection is the newest of a session, by clientId. */
export type Newest = Map<string, WireWatch>;

export class WireWatch {
  readonly #name: string;
  readonly #newest: Newest;
  readonly #onFault: (what: string) => void;
  #clientId: string | undefined;
  /** By room where the snapshot ends, and the last offset that was told after it: R-ACK-ORDER. */
  readonly #stays = new Map<string, { readonly top: Position; last: number }>();
  /** Left, and not joined again: P-LEAVE-1. */
  readonly #left = new Set<string>();

  constructor(name: string, newest: Newest, onFault: (what: string) => void) {
    this.#name = name;
    this.#newest = newest;
    this.#onFault = onFault;
  }

  see(text: string): void {
    const decoded = decodeDown(text);
    if (decoded.ok) this.#see(decoded.value);
    else this.#onFault(`${this.#name}: the server said what is no message: ${text}`);
  }

  #see(message: Down): void {
    if (this.#clientId === undefined) {
      if (message.type !== "welcome" && message.type !== "error")
        this.#onFault(`R-WELCOME-FIRST ${this.#name}: ${message.type} comes before welcome`);
    } else if (this.#newest.get(this.#clientId) !== this) {
      this.#onFault(`R-FENCE ${this.#name}: ${message.type} comes after a newer socket was welcomed`);
    }
    switch (message.type) {
      case "welcome":
        this.#clientId = message.clientId;
        this.#newest.set(message.clientId, this);
        return;
      case "gap":
        this.#stays.set(message.room, { top: message.position, last: 0 });
        return;
      case "joined":
        this.#left.delete(message.room);
        this.#stays.set(message.room, { top: message.position, last: 0 });
        return;
      case "left":
        this.#left.add(message.room);
        return;
      case "event":
        if (this.#left.has(message.room))
          this.#onFault(`P-LEAVE-1 ${this.#name}: an event of ${message.room} comes after left`);
        if (message.offset !== undefined) this.#order(message.room, message.offset, message.id, true);
        return;
      case "ack":
        if (message.room !== undefined && message.position !== undefined && message.duplicate !== true) {
          const { epoch, offset } = message.position;
          // One that was held while the room was joined may be of a life that the snapshot is beyond.
          if (epoch === this.#stays.get(message.room)?.top.epoch)
            this.#order(message.room, offset, message.id, false);
        }
        return;
      case "error":
      case "presence":
      case "history":
      case "drain":
      case "expiring":
      case "pong":
        return;
    }
  }

  /** An event is later than all before it. An ack may stand behind its event, and one that was held behind the snapshot. */
  #order(room: string, offset: number, id: string, isEvent: boolean): void {
    const stay = this.#stays.get(room);
    if (stay === undefined) return;
    const last = isEvent ? Math.max(stay.top.offset, stay.last) : stay.last;
    if (isEvent ? offset <= last : offset < last)
      this.#onFault(`R-ACK-ORDER ${this.#name}: ${id} at ${offset} of ${room} comes after ${last}`);
    stay.last = Math.max(stay.last, offset);
  }
}
