/** Owns which sessions live in this process, how one ends, and how it comes back: from memory, or from the store. */
import type { LeftReason } from "@roomcast/protocol";

import type { Clock } from "./clock.ts";
import type { Identity } from "./identity.ts";
import type { Peer } from "./peer.ts";
import type { Random } from "./random.ts";
import type { Rooms } from "./rooms.ts";
import { type Secrets, Session } from "./session.ts";
import type { SessionStore, StoredSession } from "./session-store.ts";
import type { HubSettings } from "./settings.ts";
import type { Telemetry } from "./telemetry.ts";

/** Close codes by which a client says that it left for good: 1005 is a close frame without a code. */
const LEFT_FOR_GOOD: ReadonlySet<number> = new Set([1000, 1005]);

export interface Resumed {
  readonly session: Session;
  /** The rooms that the session was in. */
  readonly rooms: readonly string[];
}

export class Sessions {
  readonly #live = new Map<string, Session>();
  readonly #store: SessionStore;
  readonly #rooms: Rooms;
  readonly #clock: Clock;
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
    this.#random = ports.random;
    this.#telemetry = ports.telemetry;
    this.#settings = ports.settings;
  }

  get size(): number {
    return this.#live.size;
  }

  find(clientId: string): Session | undefined {
    return this.#live.get(clientId);
  }

  all(): IterableIterator<Session> {
    return this.#live.values();
  }

  create(identity: Identity, name: string): Session {
    const secret = this.#random.id();
    const session = new Session(this.#random.id(), identity, name, { used: secret, next: secret });
    this.#live.set(session.clientId, session);
    return session;
  }

  /** undefined when the token is unknown, spent, too old, or somebody else's: the client then gets a new session. */
  async resume(token: string, identity: Identity, name: string | undefined): Promise<Resumed | undefined> {
    const dot = token.lastIndexOf(".");
    const clientId = token.slice(0, dot);
    const secret = token.slice(dot + 1);
    const found = this.#inMemory(clientId) ?? (await this.#inStore(clientId));
    if (found === undefined) return undefined;
    const { session } = found;
    const { used, next } = session.secrets;
    if (session.identity.user !== identity.user || (secret !== used && secret !== next)) return undefined;
    session.identity = identity;
    session.secrets = { used: secret, next: this.#random.id() };
    if (name !== undefined) session.from = { ...session.from, name };
    this.#live.set(clientId, session);
    return found;
  }

  /** The newer socket takes over; an older one is fenced off. */
  attach(session: Session, peer: Peer): void {
    const old = session.peer;
    session.peer = peer;
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
    for (const subscription of session.subscriptions.values()) subscription.room.detach(subscription);
    void this.save(session, this.#clock.now());
    if (LEFT_FOR_GOOD.has(code)) this.#end(session, "closed");
    else {
      session.grace = this.#clock.after(this.#settings.presenceGraceMs, () => {
        this.#end(session, "timeout");
      });
    }
  }

  /** Out of one room; nothing happens when it is not there. */
  leave(session: Session, room: string, reason: LeftReason): boolean {
    const subscription = session.subscriptions.get(room);
    if (subscription === undefined) return false;
    session.subscriptions.delete(room);
    subscription.room.detach(subscription);
    subscription.room.depart(session.clientId, reason);
    this.#rooms.forgetIfEmpty(subscription.room);
    this.#telemetry.record({
      kind: "room_left",
      room,
      clientId: session.clientId,
      count: subscription.room.presence.count,
    });
    return true;
  }

  /** Gone everywhere, and not to be resumed. */
  kick(session: Session): void {
    this.#end(session, "kicked");
    this.#store.remove(session.clientId);
    const { peer } = session;
    session.peer = null;
    peer?.close("kicked");
  }

  /** @param rooms where it will be; its present rooms when missing. */
  async save(session: Session, endedAt: number | null, rooms?: Iterable<string>): Promise<void> {
    const saved = await this.#store.save(session.stored(rooms ?? session.subscriptions.keys(), endedAt));
    if (!saved.ok) this.#telemetry.record({ kind: "fault", where: "session store", error: saved.error });
  }

  #end(session: Session, reason: LeftReason): void {
    session.grace?.cancel();
    session.grace = undefined;
    for (const room of [...session.subscriptions.keys()]) this.leave(session, room, reason);
    this.#live.delete(session.clientId);
  }

  #inMemory(clientId: string): Resumed | undefined {
    const session = this.#live.get(clientId);
    return session && { session, rooms: [...session.subscriptions.keys()] };
  }

  async #inStore(clientId: string): Promise<Resumed | undefined> {
    const stored = await this.#store.find(clientId);
    // Another socket of the same client may have been quicker while the store was read.
    const quicker = this.#inMemory(clientId);
    if (quicker !== undefined || stored === undefined || this.#tooOld(stored)) return quicker;
    const secrets: Secrets = { used: stored.usedSecret, next: stored.nextSecret };
    const session = new Session(clientId, { user: stored.user }, stored.name, secrets);
    return { session, rooms: stored.rooms };
  }

  #tooOld(stored: StoredSession): boolean {
    return stored.endedAt !== null && stored.endedAt + this.#settings.resumeWindowMs < this.#clock.now();
  }
}
