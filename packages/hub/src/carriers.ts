/**
 * Owns which connections may still hold bytes of whom, and of which rooms, until their sockets are gone: what somebody loses is
 * dropped on each, whatever has become of the conversation since. Must not know why it is lost.
 */
import type { Speaker } from "./access.ts";
import type { Action } from "./policy.ts";

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
  readonly subscriptions?: ReadonlyMap<string, unknown>;
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
  /** Most have one: a set would be several times its size, and an array that is pushed to has room for sixteen more. */
  #names: string[] = [];

  add(room: string): void {
    if (this.#names.length === 0) this.#names = [room];
    else if (this.#names.length < MAX_ROOMS && !this.#names.includes(room)) this.#names.push(room);
  }

  has(room: string): boolean {
    return this.#names.length === MAX_ROOMS || this.#names.includes(room);
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.#names.values();
  }
}

type Carried = readonly [carrier: Carrier, to: Listener];

export class Carriers {
  /** Most users have one: a map of that would be larger than all else that is kept of it here. */
  readonly #byUser = new Map<string, Carried | Map<Carrier, Listener>>();

  /** How many there are. */
  get size(): number {
    return [...this.#byUser.keys()].reduce((sum, user) => sum + this.#of(user).length, 0);
  }

  /** MUST be left once its socket is gone. */
  enter(listener: Listener, carrier: Carrier): void {
    const { user } = listener.from;
    const known = this.#byUser.get(user);
    if (known === undefined) this.#byUser.set(user, [carrier, listener]);
    else if (known instanceof Map) known.set(carrier, listener);
    else this.#byUser.set(user, new Map([known, [carrier, listener]]));
  }

  leave({ from: { user } }: Listener, carrier: Carrier): void {
    const known = this.#byUser.get(user);
    const isLast = known instanceof Map ? known.delete(carrier) && known.size === 0 : known?.[0] === carrier;
    if (isLast) this.#byUser.delete(user);
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

  #of(user: string): readonly Carried[] {
    const known = this.#byUser.get(user);
    if (known === undefined) return [];
    return known instanceof Map ? [...known] : [known];
  }
}
