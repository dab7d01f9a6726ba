/** Owns which sessions live in this process, how one ends, and how it comes back: from memory, or from the store. */
import { CLOSE_CODES, type CloseName, type LeftReason } from "@roomcast/protocol";

import { guestOf, type Identity } from "../access/identity.ts";
import type { Peer } from "../connections/peer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";
import type { SessionStore, StoredSession } from "../ports/session-store.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { HubSettings } from "../settings.ts";
import { SteadyTime } from "../steady-time.ts";
import { type Claim, clientIdAt, proves, type Secrets, Session, succeed } from "./session.ts";

/** Close codes by which a client says that it left for good: 1005 is a close frame without a code. */
const LEFT_FOR_GOOD: ReadonlySet<number> = new Set([1000, 1005]);

/** How somebody is taken out. */
export interface Expulsion {
  /** Told to the others. */
  readonly left: LeftReason;
  /** Of the connection, where it is from everywhere. */
  readonly close: CloseName;
  /** In the words of whoever does it. */
  readonly why?: string | undefined;
  /** Ms since 1970. */
  readonly until?: number | null | undefined;
}

export interface Resumed {
  readonly session: Session;
  /** The rooms that the session was in. */
  readonly rooms: readonly string[];
}

export class Sessions {
  readonly #live = new Map<string, Session>();
  /** How often a user was forgotten. */
  #forgotten = 0;
  readonly #store: SessionStore;
  readonly #rooms: Rooms;
  readonly #clock: Clock;
  /** A wall clock that jumps must not end anybody's session. */
  readonly #time: SteadyTime;
  readonly #random: Random;
  readonly #telemetry: Telemetry;
  readonly #settings: HubSettings;

  constructor(ports: {
    readonly store: SessionStore;
    readonly rooms: Rooms;
    readonly clock: Clock;
    readonly random: Random;
    readonly telemetry: Telemetry;
    readonly settings: HubSettings;
  }) {
    this.#store = ports.store;
    this.#rooms = ports.rooms;
    this.#clock = ports.clock;
    this.#time = new SteadyTime(ports.clock);
    this.#random = ports.random;
    this.#telemetry = ports.telemetry;
    this.#settings = ports.settings;
  }

  get size(): number {
    return this.#live.size;
  }

  all(): IterableIterator<Session> {
    return this.#live.values();
  }

  find(clientId: string): Session | undefined {
    return this.#live.get(clientId);
  }

  /** MUST be attached at once, as MUST one that is resumed: its socket's end is what ends it. */
  create(identity: Identity, name: string): Session {
    const secret = this.#random.id();
    const clientId = clientIdAt(this.#clock.now(), this.#random.id());
    const session = new Session(clientId, identity, name, { used: secret, next: secret });
    this.#live.set(session.clientId, session);
    return session;
  }

  /** What the store knows of a session that is not here any more. */
  async recall({ clientId }: Claim): Promise<StoredSession | undefined> {
    if (this.#live.has(clientId)) return undefined;
    try {
      while (true) {
        const forgotten = this.#forgotten;
        const found = await this.#store.find(clientId);
        // What was found may be of somebody who was forgotten meanwhile.
        if (forgotten === this.#forgotten) return found;
      }
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  }

  /**
   * Synchronous, so that of two sockets with one token the second finds what the first has made of it.
   * @param stored what `recall` found.
   * @returns undefined when the token is unknown, spent, too old, or somebody else's: the client then gets a new session.
   * "overtaken": the session is on a socket that was accepted later; the client has given up this one, though its hello came last.
   */
  resume(
    claim: Claim,
    stored: StoredSession | undefined,
    identity: Identity,
    name: string | undefined,
    peer: Peer,
  ): Resumed | "overtaken" | undefined {
    const found = this.#inMemory(claim.clientId) ?? this.#revived(stored);
    if (found === undefined) return undefined;
    const { session } = found;
    if (session.identity.user !== identity.user || !proves(claim, session.secrets)) return undefined;
    if (session.peer !== null && session.peer.number > peer.number) return "overtaken";
    session.identity = identity;
    session.secrets = succeed(claim, session.secrets, () => this.#random.id());
    if (name !== undefined) session.rename(name);
    this.#live.set(session.clientId, session);
    return found;
  }

  /** The newer socket takes over; an older one is fenced off. */
  attach(session: Session, peer: Peer): void {
    const old = session.peer;
    session.peer = peer;
    session.endedAt = null;
    session.grace?.cancel();
    session.grace = undefined;
    if (old === null) return;
    for (const subscription of session.subscriptions.values()) subscription.room.detach(subscription);
    old.close("superseded");
  }

  /** The socket is gone. Its events stop now; its place in the rooms it keeps for the grace, unless it said goodbye. */
  detach(session: Session, peer: Peer, code: number): void {
    if (session.peer !== peer) return;
    session.peer = null;
    session.endedAt = this.#time.now();
    for (const subscription of session.subscriptions.values()) subscription.room.detach(subscription);
    void this.save(session);
    if (LEFT_FOR_GOOD.has(code)) {
      this.#end(session, "closed");
      return;
    }
    const reason = code === CLOSE_CODES.tokenExpired.code ? "expired" : "timeout";
    session.grace = this.#clock.after(this.#settings.presenceGraceMs, () => {
      this.#end(session, reason);
    });
  }

  /**
   * Out of one room; nothing happens when it is not there.
   * @param dropping what has gathered for it there is not delivered any more.
   */
  leave(session: Session, room: string, reason: LeftReason, { dropping = false } = {}): boolean {
    const subscription = session.subscriptions.get(room);
    if (subscription === undefined) return false;
    session.subscriptions.delete(room);
    subscription.room.detach(subscription, dropping);
    subscription.room.depart(session.clientId, reason);
    this.#rooms.forgetIfEmpty(subscription.room);
    this.#telemetry.record({
      kind: "room_left",
      room,
      clientId: session.clientId,
      count: subscription.room.presence.count,
      reason,
    });
    return true;
  }

  /**
   * Gone everywhere, and not to be resumed, also when it is only expected back; what is on its way to it is left to the caller.
   * @returns whether it was here.
   */
  expel(clientId: string, { left, close, why }: Expulsion): boolean {
    this.#store.remove(clientId);
    const session = this.#live.get(clientId);
    if (session === undefined) return false;
    session.kicked = true;
    this.#end(session, left, { dropping: true });
    const { peer } = session;
    session.peer = null;
    peer?.close(close, why);
    return true;
  }

  /** Whoever is away, and not waited for any more, has nothing to come back to either. */
  forget(user: string): void {
    this.#forgotten += 1;
    const guest = guestOf(user);
    if (guest === undefined) this.#store.removeUser(user);
    else this.#store.remove(guest);
  }

  /** No socket is left, and nobody is waited for any more. What is stored can still be resumed, elsewhere or later. */
  endAll(): void {
    for (const session of [...this.#live.values()]) this.#end(session, "closed");
  }

  /** Never fails: a session that the store refuses can be resumed as long as this process lives. */
  async save(session: Session, rooms: Iterable<string> = session.subscriptions.keys()): Promise<void> {
    if (session.kicked) return;
    try {
      const saved = await this.#store.save(session.stored(rooms));
      if (!saved.ok) this.#fault(saved.error);
    } catch (error) {
      this.#fault(error);
    }
  }

  #end(session: Session, reason: LeftReason, how?: { readonly dropping: boolean }): void {
    session.grace?.cancel();
    session.grace = undefined;
    for (const room of [...session.subscriptions.keys()]) this.leave(session, room, reason, how);
    this.#live.delete(session.clientId);
  }

  #inMemory(clientId: string): Resumed | undefined {
    const session = this.#live.get(clientId);
    return session && { session, rooms: [...session.subscriptions.keys()] };
  }

  #revived(stored: StoredSession | undefined): Resumed | undefined {
    if (stored === undefined || this.#tooOld(stored)) return undefined;
    const secrets: Secrets = { used: stored.usedSecret, next: stored.nextSecret };
    const session = new Session(stored.clientId, { user: stored.user }, stored.name, secrets);
    return { session, rooms: stored.rooms };
  }

  #tooOld({ endedAt }: StoredSession): boolean {
    return endedAt !== null && endedAt + this.#settings.resumeWindowMs < this.#time.now();
  }

  #fault(error: unknown): void {
    this.#telemetry.record({ kind: "fault", where: "session store", error });
  }
}
