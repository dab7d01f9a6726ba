/**
 * Owns which connections may still hold bytes that were sent to a user, and of which rooms, until their sockets are gone. When the
 * user loses a right, these bytes are dropped, also where the conversation has ended meanwhile. Must not know why a right is lost.
 */
import type { Speaker } from "../access/access.ts";
import { Few } from "../few.ts";
import type { Action } from "../ports/policy.ts";

export interface Carrier {
  /** The right under which its bytes were sent. */
  readonly right: Exclude<Action["kind"], "publish" | "direct">;
  readonly rooms: CarriedRooms;
  /** Keeps what is on its way from reaching the other end. MUST NOT throw. */
  dropUntaken(): void;
}

/** Whom something was sent to; a session, where there is one. */
export interface Listener extends Speaker {
  readonly from: Speaker["from"] & { readonly clientId?: string };
  /** Where it is now. */
  readonly subscriptions?: { has(room: string): boolean };
}

/** What somebody has no right to any more. */
export interface Loss {
  readonly user: string;
  /** Of one session alone. */
  readonly clientId?: string | undefined;
  /** Without one: everything. */
  readonly room?: string | undefined;
}

/** A connection that has carried so many is taken to hold bytes of every room. Only that of a proxy or a scanner gets there. */
const MAX_ROOMS = 256;

export class CarriedRooms {
  /** No list while there is one, as on most connections: each of them has this field. */
  #names: string | string[] | undefined;

  add(room: string): void {
    const names = this.#names;
    if (names === undefined) this.#names = room;
    else if (typeof names !== "string") {
      if (names.length < MAX_ROOMS && !names.includes(room)) names.push(room);
    } else if (names !== room) this.#names = [names, room];
  }

  has(room: string): boolean {
    const all = this.#all;
    return all.length === MAX_ROOMS || all.includes(room);
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.#all.values();
  }

  get #all(): readonly string[] {
    const names = this.#names;
    return names === undefined ? [] : typeof names === "string" ? [names] : names;
  }
}

export class Carriers {
  readonly #byUser = new Map<string, Few<Carrier, Listener>>();

  /** How many there are. */
  get size(): number {
    return [...this.#byUser.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** MUST be left once its socket is gone. */
  enter(listener: Listener, carrier: Carrier): void {
    const { user } = listener.from;
    const known = this.#byUser.get(user) ?? new Few<Carrier, Listener>();
    known.set(carrier, listener);
    if (known.size === 1) this.#byUser.set(user, known);
  }

  leave({ from: { user } }: Listener, carrier: Carrier): void {
    const known = this.#byUser.get(user);
    if (known?.delete(carrier) === true && known.size === 0) this.#byUser.delete(user);
  }

  drop({ user, clientId, room }: Loss): void {
    for (const [carrier, { from }] of this.#of(user)) {
      const isTheirs = clientId === undefined || from.clientId === clientId;
      if (isTheirs && (room === undefined || carrier.rooms.has(room))) carrier.dropUntaken();
    }
  }

  /**
   * Asks again about what was sent from rooms that the listener is no member of now: over HTTP, to readers, to members who have left.
   * @param user undefined: everybody.
   */
  async recheck(
    user: string | undefined,
    mayHave: (listener: Listener, right: Carrier["right"], room: string) => Promise<boolean>,
  ): Promise<void> {
    const users = user === undefined ? [...this.#byUser.keys()] : [user];
    for (const [carrier, listener] of users.flatMap((each) => this.#of(each))) {
      for (const room of [...carrier.rooms]) {
        if (listener.subscriptions?.has(room) === true) continue;
        if (!(await mayHave(listener, carrier.right, room))) carrier.dropUntaken();
      }
    }
  }

  #of(user: string): readonly (readonly [Carrier, Listener])[] {
    return [...(this.#byUser.get(user) ?? [])];
  }
}
