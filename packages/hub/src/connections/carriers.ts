/**
 * Owns which connections may still hold bytes that were sent to a user, and of which rooms, until their sockets are gone. When the
 * user loses a right, these bytes are dropped, also where the conversation has ended meanwhile. Must not know why a right is lost.
 */
import type { Speaker } from "../access/access.ts";
import type { Action } from "../ports/policy.ts";

/** A connection that may still hold bytes of somebody. */
export interface Carrier {
  /** The right under which its bytes were sent. */
  readonly right: Exclude<Action["kind"], "publish" | "direct">;
  rooms: CarriedRooms;
  /** To whom its bytes were sent: from when it was entered on. */
  listener?: Listener | undefined;
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

/** The rooms of which a connection has carried something. No list while there is one, as on most connections: each of them has this. */
export type CarriedRooms = string | string[] | undefined;

/** @returns what stands in the place of `carried` from now on. */
export function withRoom(carried: CarriedRooms, room: string): CarriedRooms {
  if (carried === undefined || carried === room) return room;
  if (typeof carried === "string") return [carried, room];
  if (carried.length < MAX_ROOMS && !carried.includes(room)) carried.push(room);
  return carried;
}

const roomsOf = ({ rooms }: Carrier): readonly string[] =>
  typeof rooms === "string" ? [rooms] : (rooms ?? []);

function mayHold(carrier: Carrier, room: string): boolean {
  const all = roomsOf(carrier);
  return all.length === MAX_ROOMS || all.includes(room);
}

/** The carriers of one user. Most users have one, which stands here without a set. */
type Known = Carrier | Set<Carrier> | undefined;

const listOf = (known: Known): readonly Carrier[] =>
  known instanceof Set ? [...known] : known === undefined ? [] : [known];

export class Carriers {
  readonly #byUser = new Map<string, NonNullable<Known>>();

  /** How many there are. */
  get size(): number {
    return this.#all.length;
  }

  /** MUST be left once its socket is gone. */
  enter(listener: Listener, carrier: Carrier): void {
    carrier.listener = listener;
    const { user } = listener.from;
    const known = this.#byUser.get(user);
    if (known instanceof Set) known.add(carrier);
    else if (known === undefined) this.#byUser.set(user, carrier);
    else if (known !== carrier) this.#byUser.set(user, new Set([known, carrier]));
  }

  /** Harmless for one that was never entered. */
  leave(carrier: Carrier): void {
    if (carrier.listener === undefined) return;
    const { user } = carrier.listener.from;
    const known = this.#byUser.get(user);
    if (known instanceof Set) known.delete(carrier);
    if (known === carrier || (known instanceof Set && known.size === 0)) this.#byUser.delete(user);
  }

  drop({ user, clientId, room }: Loss): void {
    for (const carrier of listOf(this.#byUser.get(user))) {
      const isTheirs = clientId === undefined || carrier.listener?.from.clientId === clientId;
      if (isTheirs && (room === undefined || mayHold(carrier, room))) carrier.dropUntaken();
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
    for (const carrier of user === undefined ? this.#all : listOf(this.#byUser.get(user))) {
      const { listener } = carrier;
      for (const room of [...roomsOf(carrier)]) {
        if (listener === undefined || listener.subscriptions?.has(room) === true) continue;
        if (!(await mayHave(listener, carrier.right, room))) carrier.dropUntaken();
      }
    }
  }

  get #all(): readonly Carrier[] {
    return [...this.#byUser.values()].flatMap((each) => listOf(each));
  }
}
