/** The hub: the only way in. Wires the engine, takes connections, and is what an embedding application speaks to. */
import {
  type Contract,
  err,
  events as bundledEvents,
  isRoomName,
  type Member,
  ok,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import { Access, speakerOf } from "./access/access.ts";
import { expel } from "./access/expelling.ts";
import type { Identity } from "./access/identity.ts";
import { Moderation } from "./access/moderation.ts";
import { Sanctions } from "./access/sanctions.ts";
import { Carriers } from "./connections/carriers.ts";
import { Connections } from "./connections/connections.ts";
import type { Engine } from "./engine.ts";
import type { Place } from "./entering/snapshot.ts";
import { Inspection } from "./inspection.ts";
import { Accounts } from "./limits/accounts.ts";
import { Credits } from "./limits/credits.ts";
import { ARRIVALS_BURST_MS } from "./limits/limits.ts";
import { MemorySanctions } from "./memory/memory-sanctions.ts";
import type { EventHandler } from "./ports/application.ts";
import type { Clock } from "./ports/clock.ts";
import type { Connection, Ending, Inbox } from "./ports/connection.ts";
import { type Action, OPEN_DOOR, type Policy } from "./ports/policy.ts";
import type { Random } from "./ports/random.ts";
import type { Removed, RoomLog, SettleRemoval } from "./ports/room-log.ts";
import type { SanctionStore } from "./ports/sanction-store.ts";
import type { SessionStore } from "./ports/session-store.ts";
import { NO_TELEMETRY, type Telemetry } from "./ports/telemetry.ts";
import { Appending } from "./publishing/appending.ts";
import { Backlog } from "./publishing/backlog.ts";
import type { Receipt } from "./publishing/delivering.ts";
import { type Publication, publish, type Submission, submit } from "./publishing/submitting.ts";
import { Traffic } from "./publishing/traffic.ts";
import {
  history,
  type HistoryPage,
  inUse,
  inUseFor,
  members,
  type PageRange,
  refusalOf,
  type RoomCount,
} from "./reading.ts";
import type { Room } from "./rooms/room.ts";
import { Rooms } from "./rooms/rooms.ts";
import { Sessions } from "./sessions/sessions.ts";
import { DEFAULT_SETTINGS, type HubSettings } from "./settings.ts";
import { Slots } from "./slots.ts";
import { Turn } from "./turn.ts";

/** What a hub is made of: its ports, and what an application decides. */
export interface HubOptions {
  readonly log: RoomLog;
  readonly sessions: SessionStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Default: nobody listens. */
  readonly telemetry?: Telemetry;
  /** Default: OPEN_DOOR. */
  readonly policy?: Policy;
  /** Default: what is imposed on users is forgotten with the process. */
  readonly sanctions?: SanctionStore;
  /** Default: the bundled contract. */
  readonly contract?: Contract;
  /** The application's own logic, by event name. Default: none. */
  readonly handlers?: Readonly<Record<string, EventHandler>>;
  /** Default: DEFAULT_SETTINGS. */
  readonly settings?: Partial<HubSettings>;
}

/** How many rooms are read at the same time for those who come into them: enough to keep a log busy, and far fewer than it lets wait. */
const ROOM_READS = 1_024;

/** Rooms, sessions and fan-out, over whatever transports hand their connections to `accept`. */
export class Hub {
  readonly inspection: Inspection;
  readonly moderation: Moderation;
  /** An adapter enters here what it answers to somebody without a session, so that it can be dropped when they lose a room. */
  readonly carriers = new Carriers();
  readonly #engine: Engine;
  readonly #connections: Connections;

  constructor(options: HubOptions) {
    const { log, clock, random, telemetry = NO_TELEMETRY } = options;
    const settings = { ...DEFAULT_SETTINGS, ...options.settings };
    const sanctions = new Sanctions(options.sanctions ?? new MemorySanctions(), clock);
    const turn = new Turn(clock, telemetry);
    const backlog = new Backlog(clock, settings);
    const rooms = new Rooms(log, { clock, turn, settings });
    this.#engine = {
      ...{ log, rooms, turn, clock, random, telemetry, settings, carriers: this.carriers },
      hellos: new Credits(clock, settings.hellosPerSecond, ARRIVALS_BURST_MS),
      accounts: new Accounts(clock, settings),
      traffic: new Traffic(clock, telemetry),
      reads: new Slots(ROOM_READS),
      backlog,
      appending: new Appending(log, { clock, telemetry, settings, backlog }),
      sessions: new Sessions({ store: options.sessions, rooms, clock, random, telemetry, settings }),
      access: new Access(options.policy ?? OPEN_DOOR, sanctions),
      contract: options.contract ?? bundledEvents,
      handlers: new Map(Object.entries(options.handlers ?? {})),
    };
    this.inspection = new Inspection(this.#engine);
    this.#connections = new Connections(this.#engine);
    this.moderation = new Moderation(this.#engine, sanctions, this.#connections.readers);
    log.onAppended((event) => {
      this.#fanOut(event.room, (room) => {
        room.deliver(event);
        this.#engine.traffic.eventsOut += room.audience;
      });
    });
    log.onRemoved((removed) => {
      this.#fanOut(removed.room, (alive) => alive.renew(removed));
    });
  }

  get draining(): boolean {
    return this.#connections.draining;
  }

  counts(): { connections: number; sessions: number; rooms: number } {
    const { sessions, rooms } = this.#engine;
    return { connections: this.#connections.size, sessions: sessions.size, rooms: rooms.size };
  }

  /** How many connections there are of each transport. */
  transports(): ReadonlyMap<string, number> {
    return this.#connections.transports();
  }

  /** The place of a connection among all, which says which of two is the newer. */
  arrive(): number {
    return this.#connections.arrive();
  }

  /**
   * A socket was opened. The adapter hands its frames and its end to the inbox.
   * @param number of its arrival, where that was before.
   */
  accept(connection: Connection, number = this.arrive()): Inbox {
    return this.#connections.accept(connection, number);
  }

  /**
   * Somebody hears a room without being in it. Nothing but the connection's end is heard of them: it MUST be told to what this
   * resolves with, also when it came before that.
   */
  listen(identity: Identity, place: Place, connection: Connection): Promise<Result<Ending, Refusal>> {
    return this.#answer(() => this.#connections.listen(identity, place, connection));
  }

  /** By the application itself: no policy and no handler stand in its way, only the contract. */
  publish(publication: Publication): Promise<Result<Receipt, Refusal>> {
    return this.#answer(() => publish(this.#engine, publication));
  }

  /** By somebody who has no socket: under the same rules as a publish over one. */
  submit(submission: Submission): Promise<Result<Receipt, Refusal>> {
    return this.#answer(() => submit(this.#engine, submission));
  }

  /** @param identity who asks; null: the application itself. */
  history(
    identity: Identity | null,
    room: string,
    range: PageRange = {},
  ): Promise<Result<HistoryPage, Refusal>> {
    return this.#answer(() => history(this.#engine, identity, room, range));
  }

  /** @param identity who asks; null: the application itself. */
  members(identity: Identity | null, room: string): Promise<Result<readonly Member[], Refusal>> {
    return this.#answer(() => members(this.#engine, identity, room));
  }

  /** Why somebody may not be here at all, whatever is asked: banned from everywhere, or by a token that was revoked. */
  entry(identity: Identity): Refusal | undefined {
    return this.#engine.access.entry(speakerOf(identity));
  }

  /** Whether somebody may do something, by the policy and by what is imposed on them. */
  allows(identity: Identity, action: Action): Promise<Result<undefined, Refusal>> {
    return this.#answer(async () => {
      const refused = await refusalOf(this.#engine, identity, action);
      return refused === undefined ? ok(undefined) : err(refused);
    });
  }

  /** Rooms that somebody is in. */
  rooms(): RoomCount[] {
    return inUse(this.#engine);
  }

  /** Of those, the ones that whoever asks may enter. */
  roomsFor(identity: Identity): Promise<Result<readonly RoomCount[], Refusal>> {
    return this.#answer(async () => ok(await inUseFor(this.#engine, identity)));
  }

  /** Out of one room, or with no `room` out of the server: its session cannot be resumed. false: no such client is here. */
  kick(clientId: string, room?: string): boolean {
    const { sessions, carriers } = this.#engine;
    const how = { left: "kicked", close: "kicked" } as const;
    const session = sessions.find(clientId);
    if (session !== undefined && room !== undefined) return expel(this.#engine, session, room, how);
    const isOut = room === undefined && sessions.expel(clientId, how);
    if (session !== undefined) carriers.drop(session.from);
    return isOut;
  }

  /** All that was said in it is gone for good. Its members stay, and are told; who publishes there begins it anew. */
  deleteRoom(room: string): Promise<Result<Removed, Refusal>> {
    return this.#answer(async () => {
      if (!isRoomName(room)) return err(refusal("bad_room"));
      const { appending, rooms, telemetry } = this.#engine;
      return new Promise((resolve) => {
        const settled: SettleRemoval = (outcome) => {
          if (outcome.ok) telemetry.record({ kind: "room_deleted", room });
          resolve(outcome);
        };
        appending.remove(room, settled, rooms.find(room)?.pace);
      });
    });
  }

  /** Takes nobody new, settles what was published, tells everybody when to come back, and closes. */
  drain(): Promise<void> {
    return this.#connections.drain();
  }

  /** To a room that somebody is in. */
  #fanOut(name: string, work: (room: Room) => void): void {
    // Whatever goes wrong here must not fail the log, which has others to settle.
    try {
      const room = this.#engine.rooms.find(name);
      if (room !== undefined) work(room);
    } catch (error) {
      this.#fault("fan-out", error);
    }
  }

  /** A port or a hook that throws is a fault to us, and `internal` to whoever asked. */
  async #answer<Value>(work: () => Promise<Result<Value, Refusal>>): Promise<Result<Value, Refusal>> {
    try {
      return await work();
    } catch (error) {
      this.#fault("application", error);
      return err(refusal("internal"));
    }
  }

  #fault(where: string, error: unknown): void {
    this.#engine.telemetry.record({ kind: "fault", where, error });
  }
}
