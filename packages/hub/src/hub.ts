/** The hub: the only way in. Wires the engine, takes connections, and is what an embedding application speaks to. */
import {
  type Ack,
  type Contract,
  err,
  type EventMessage,
  events as bundledEvents,
  type From,
  JsonText,
  type Member,
  ok,
  type Position,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import { admit } from "./admission.ts";
import { Appending } from "./appending.ts";
import type { EventHandler } from "./application.ts";
import type { Clock } from "./clock.ts";
import type { Connection, Inbox } from "./connection.ts";
import type { Engine } from "./engine.ts";
import { rangeOf } from "./handlers/history.ts";
import type { Identity } from "./identity.ts";
import { Peer } from "./peer.ts";
import { OPEN_DOOR, type Policy } from "./policy.ts";
import type { Random } from "./random.ts";
import { eventMessage } from "./room.ts";
import type { RoomLog } from "./room-log.ts";
import { Rooms } from "./rooms.ts";
import { Sessions } from "./sessions.ts";
import type { SessionStore } from "./session-store.ts";
import { DEFAULT_SETTINGS, type HubSettings } from "./settings.ts";
import { NO_TELEMETRY, type Telemetry } from "./telemetry.ts";
import { Turn } from "./turn.ts";

export interface HubOptions {
  readonly log: RoomLog;
  readonly sessions: SessionStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Default: nobody listens. */
  readonly telemetry?: Telemetry;
  /** Default: OPEN_DOOR. */
  readonly policy?: Policy;
  /** Default: the bundled contract. */
  readonly contract?: Contract;
  /** By event name. */
  readonly handlers?: Readonly<Record<string, EventHandler>>;
  readonly settings?: Partial<HubSettings>;
}

/** What became of a publish that no socket made. */
export type Receipt = Omit<Ack, "type" | "room"> & { readonly room: string };

export interface Publication {
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
  /** Default: a new one. */
  readonly id?: string;
  /** Default: the server itself. */
  readonly from?: From;
  /** To this member alone; not kept. */
  readonly to?: string;
}

export interface HistoryPage {
  readonly events: readonly EventMessage[];
  readonly position: Position;
  readonly more: boolean;
}

/** `from` of what the embedding application publishes in its own name. */
const SERVER: From = { clientId: null, user: "server", name: "" };

/** Sockets that are closed within one turn when the server drains. */
const DRAIN_SLICE = 100;

export class Hub {
  readonly #engine: Engine;
  readonly #peers = new Set<Peer>();
  #draining = false;

  constructor(options: HubOptions) {
    const { log, clock, random, telemetry = NO_TELEMETRY } = options;
    const settings = { ...DEFAULT_SETTINGS, ...options.settings };
    const rooms = new Rooms(log, clock, new Turn(clock), settings.presenceGatherMs);
    this.#engine = {
      ...{ log, rooms, clock, random, telemetry, settings },
      appending: new Appending(log, settings.drainSpreadMs),
      sessions: new Sessions({ store: options.sessions, rooms, clock, random, telemetry, settings }),
      policy: options.policy ?? OPEN_DOOR,
      contract: options.contract ?? bundledEvents,
      handlers: new Map(Object.entries(options.handlers ?? {})),
    };
    log.onAppended((event) => rooms.find(event.room)?.deliver(event));
  }

  get draining(): boolean {
    return this.#draining;
  }

  counts(): { connections: number; sessions: number; rooms: number } {
    const { sessions, rooms } = this.#engine;
    return { connections: this.#peers.size, sessions: sessions.size, rooms: rooms.size };
  }

  /** A socket was opened. The adapter hands its frames and its end to the inbox. */
  accept(connection: Connection): Inbox {
    const peer = new Peer(this.#engine, connection, (closed) => this.#peers.delete(closed));
    this.#peers.add(peer);
    if (this.#draining) peer.close("restart");
    return peer;
  }

  /** By the application itself: no policy and no handler stand in its way, only the contract. */
  async publish(publication: Publication): Promise<Result<Receipt, Refusal>> {
    const { room, event, from = SERVER, id = this.#engine.random.id(), to } = publication;
    const checked = this.#engine.contract.check(event, publication.data, "server");
    if (!checked.ok) return err(checked.error);
    const data = JsonText.of(checked.value.data);
    return this.#send({
      room,
      event,
      data,
      id,
      from,
      kept: checked.value.kept,
      ...(to !== undefined && { to }),
    });
  }

  /** By somebody who has no socket: under the same rules as a publish over one. */
  async submit(
    submission: Omit<Publication, "from"> & { identity: Identity; name?: string },
  ): Promise<Result<Receipt, Refusal>> {
    const { room, event, data, identity, id = this.#engine.random.id() } = submission;
    const from: From = {
      clientId: null,
      user: identity.user ?? "guest",
      name: identity.name ?? submission.name ?? "",
    };
    const admitted = await admit(this.#engine, { room, event, data, id, from, identity });
    if (!admitted.ok) return err(admitted.error);
    const { value } = admitted;
    if (value.kind === "answer")
      return ok({ id, room, time: this.#engine.clock.now(), answer: value.answer });
    return this.#send({ room, event, data: value.data, id, from, kept: value.kept });
  }

  /** @param identity who asks; null: the application itself. */
  async history(
    identity: Identity | null,
    room: string,
    range: { readonly after?: number; readonly before?: number; readonly limit?: number } = {},
  ): Promise<Result<HistoryPage, Refusal>> {
    const refused = await this.#refused(identity, room);
    if (refused !== undefined) return err(refused);
    const read = await this.#engine.log.read(room, rangeOf(range));
    if (!read.ok) return err(read.error);
    const { epoch, top, events, more } = read.value;
    return ok({ events: events.map(eventMessage), position: { epoch, offset: top }, more });
  }

  /** @param identity who asks; null: the application itself. */
  async members(identity: Identity | null, room: string): Promise<Result<readonly Member[], Refusal>> {
    const refused = await this.#refused(identity, room);
    return refused === undefined ? ok(this.#engine.rooms.find(room)?.presence.all() ?? []) : err(refused);
  }

  /** Rooms that somebody is in. */
  rooms(): { room: string; count: number }[] {
    return [...this.#engine.rooms.all()].map(({ name, presence }) => ({ room: name, count: presence.count }));
  }

  /** Out of one room, or with no `room` out of the server: its session cannot be resumed. false: no such client. */
  kick(clientId: string, room?: string): boolean {
    const { sessions } = this.#engine;
    const session = sessions.find(clientId);
    if (session === undefined) return false;
    if (room === undefined) {
      sessions.kick(session);
      return true;
    }
    if (!sessions.leave(session, room, "kicked")) return false;
    void sessions.save(session, null);
    session.peer?.send({ type: "left", room, reason: "kicked" });
    return true;
  }

  /** Takes nobody new, settles what was published, tells everybody when to come back, and closes. */
  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    const { appending, settings, random, clock } = this.#engine;
    await appending.close();
    for (const peer of this.#peers) {
      peer.send({ type: "drain", reconnectAfterMs: Math.round(random.fraction() * settings.drainSpreadMs) });
    }
    const turn = (): Promise<void> =>
      new Promise((resolve) => {
        clock.afterTurn(resolve);
      });
    // The acks of the last group are still gathered.
    await turn();
    let closed = 0;
    for (const peer of [...this.#peers]) {
      peer.close("restart");
      closed += 1;
      if (closed % DRAIN_SLICE === 0) await turn();
    }
  }

  async #refused(identity: Identity | null, room: string): Promise<Refusal | undefined> {
    return identity === null ? undefined : this.#engine.policy.authorise(identity, { kind: "history", room });
  }

  #send(ready: {
    readonly room: string;
    readonly event: string;
    readonly data: JsonText;
    readonly id: string;
    readonly from: From;
    readonly kept: boolean;
    readonly to?: string;
  }): Promise<Result<Receipt, Refusal>> | Result<Receipt, Refusal> {
    const { kept, to, ...event } = ready;
    const { id, room } = ready;
    const { sessions, rooms, clock, appending } = this.#engine;
    const time = clock.now();
    if (to !== undefined) {
      const target = sessions.find(to)?.subscriptions.get(room);
      if (target === undefined) return err(refusal("unknown_member"));
      if (target.live) target.peer.send({ type: "event", ...event, time });
      return ok({ id, room, time, delivered: target.live });
    }
    if (!kept) {
      rooms.find(room)?.broadcast({ type: "event", ...event, time });
      return ok({ id, room, time });
    }
    return new Promise((resolve) => {
      appending.append({ ...event, time }, (outcome) => {
        if (!outcome.ok) resolve(outcome);
        else {
          const { duplicate, ...appended } = outcome.value;
          resolve(ok({ id, room, ...appended, ...(duplicate && { duplicate }) }));
        }
      });
    });
  }
}
