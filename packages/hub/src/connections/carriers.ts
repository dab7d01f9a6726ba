/**
 * Owns which connections may still hold bytes of whom, and of which rooms, until their sockets are gone: what somebody loses is
 * dropped on each, whatever has become of the conversation since. Must not know why it is lost.
 */
import type { Speaker } from "../access/access.ts";
import { Few } from "../few.ts";
import type { Action } from "../ports/policy.ts";

export interface Carrier {
  /** By which that was sent which it holds. */
  readonly right: Exclude<Action["kind"], "publish" | "direct">;
  readonly rooms: CarriedRooms;
  /** Nothing of what is on its way is to reach the other end any more. MUST NOT throw. */
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

/** What has carried as many may hold anything, so that every loss concerns it. Only a proxy's, or a scanner's, comes to that. */
const MAX_ROOMS = 256;

export class CarriedRooms {
  /** Most have one, and every connection keeps them. */
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
   * Asks again for what was sent from rooms where nobody is asked about now: over HTTP, to readers and to members of before.
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
