/**
 * Owns one room of this client: joins it, again and again, and brings its ledger, outbox and members together. Must not know
 * sockets, reconnecting, the other rooms, or the types of the application's events.
 */
import {
  type Ack,
  type ErrorMessage,
  type EventMessage,
  type Gap,
  type Joined,
  type JoinTarget,
  type Left,
  MAX_PAGE_EVENTS,
  ok,
  type Position,
  type Presence,
  refusal,
  type Result,
  type State,
} from "@roomcast/protocol";

import { backoffMs } from "./backoff.ts";
import { type Failure, failure, failureOf } from "./failure.ts";
import { Ledger } from "./ledger.ts";
import { Members } from "./members.ts";
import type { OpenContract } from "./open-contract.ts";
import { Outbox, RETRY_MS } from "./outbox.ts";
import type { Timer } from "./ports.ts";
import { preparePublish, print } from "./prepare.ts";
import type { PublishOptions, PublishResult } from "./publish.ts";
import type { HistoryPage, HistoryQuery, JoinedRoom, RoomEvent, RoomOptions, RoomStatus } from "./room.ts";
import type { RoomHost } from "./room-host.ts";
import { RoomSignals } from "./room-signals.ts";
import type { Status } from "./status.ts";

const IT_IS_OVER = "this object of the room is done: client.room(name) enters it anew";

export class RoomSession {
  readonly name: string;
  readonly signals: RoomSignals;
  readonly outbox: Outbox;
  readonly members = new Members();
  readonly #host: RoomHost;
  readonly #ledger: Ledger;
  readonly #history: number | undefined;
  #status: RoomStatus = { state: "joining" };
  #state: State | undefined;
  /** What the server has of it. */
  #toldState: State | undefined;
  /** A join is on its way or answered, on this socket. */
  #asked = false;
  /** Of the join that counts; undefined while it is that of a hello. */
  #joinId: string | undefined;
  /** The server has this client in the room, on this socket. */
  #inside = false;
  #retry: Timer | undefined;
  /** In a row, without having caught up. */
  #rejoins = 0;

  constructor(host: RoomHost, name: string, { history, since, state }: RoomOptions) {
    const { report, clock, storage } = host;
    this.name = name;
    this.#host = host;
    this.#history = history;
    this.#state = state;
    this.signals = new RoomSignals(report);
    this.#ledger = new Ledger(
      {
        deliver: (event, epoch, replayed) => this.signals.event(shown(event, epoch, replayed)),
        gap: (gap) => this.signals.gap.tell(gap),
        fetch: (after) => this.#fetch(after),
        rejoin: () => this.#rejoin(),
        caughtUp: (joined) => this.#caughtUp(joined),
      },
      since,
    );
    this.outbox = new Outbox({
      ...{ clock, storage, report },
      changed: () => {
        if (this.signals.pending.size > 0) this.signals.pending.tell(this.outbox.pending);
      },
      unblock: () => this.#ledger.rejoin(),
    });
    const checked = print({ type: "join", id: "check", ...this.target() });
    if (!checked.ok) this.#end({ state: "refused", error: checked.error }, checked.error);
  }

  get status(): RoomStatus {
    return this.#status;
  }

  get position(): Position | undefined {
    return this.#ledger.position;
  }

  /** Left or refused: done for good. */
  get over(): boolean {
    return this.#status.state === "left" || this.#status.state === "refused";
  }

  publish(event: string, data: unknown, options: PublishOptions = {}): Promise<PublishResult> {
    const { id = this.#host.random.id(), echo, to } = options;
    const prepared = preparePublish(this.#host.contract, {
      ...{ id, room: this.name, event, data },
      ...(echo === false && { echo }),
      ...(to !== undefined && { to }),
    });
    return prepared.ok
      ? this.outbox.add(prepared.value)
      : Promise.resolve({ ok: false, id, ...prepared.error });
  }

  setState(state: State): Promise<Result<undefined, Failure>> {
    const checked = print({ type: "presence", room: this.name, state });
    if (!checked.ok) return Promise.resolve(checked);
    this.#state = state;
    // Otherwise the join that comes tells it.
    return this.#inside ? this.#tellState(state) : Promise.resolve(ok(undefined));
  }

  history(query: HistoryQuery): Promise<Result<HistoryPage<OpenContract>, Failure>> {
    if (!this.#inside) return Promise.resolve({ ok: false, error: failure("not_connected") });
    const { promise, resolve } = Promise.withResolvers<Result<HistoryPage<OpenContract>, Failure>>();
    const id = this.#host.requests.expect((answer) => {
      if (!answer.ok) {
        resolve(answer);
      } else if (answer.value.type === "history") {
        const { events, position, more } = answer.value;
        resolve(ok({ events: events.map((event) => shown(event, position.epoch, true)), position, more }));
      }
    });
    this.#host.send({ type: "history", id, room: this.name, ...query });
    return promise;
  }

  leave(): void {
    if (this.over) return;
    this.#end({ state: "left", reason: "left" });
    if (this.#asked) {
      const id = this.#host.requests.expect(() => {});
      this.#host.send({ type: "leave", id, room: this.name });
    }
    this.#forgetWhenAnswered();
  }

  /** What a hello or a join asks for. */
  target(): JoinTarget {
    const since = this.#ledger.position;
    return {
      room: this.name,
      ...(since !== undefined && { since }),
      ...(since === undefined && this.#history !== undefined && { history: this.#history }),
      ...(this.#state !== undefined && { state: this.#state }),
    };
  }

  /** A hello that asks for this room is on its way. */
  entering(): void {
    this.#asked = true;
    this.#joinId = undefined;
    this.#inside = false;
    this.#toldState = this.#state;
    this.#ledger.joining();
  }

  /** There is a session: asks for the room, unless the hello has. */
  enter(): void {
    if (!this.#asked) this.#join();
  }

  /** The socket is gone. */
  suspend(): void {
    this.#asked = false;
    this.#inside = false;
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#ledger.suspend();
    this.outbox.suspend();
    if (this.over) this.#host.forget(this);
  }

  /** The connection looks different from now on. */
  follow(connection: Status): void {
    if (this.over || connection.state === "connected") return;
    this.#become(connection.state === "disconnected" ? connection : { state: "joining" });
  }

  joined(message: Joined): void {
    const user = this.#host.user();
    // An older join's answer begins a stay that is over already, from where this client is no more.
    if (this.over || user === undefined || !this.#asked || message.id !== this.#joinId) return;
    this.#retry?.cancel();
    this.#inside = true;
    this.outbox.open({
      user,
      send: ({ message: publish, frame }) => {
        if (publish.echo === false) this.#ledger.expectSilently(user, publish.id);
        this.#host.sendText(frame);
      },
    });
    if (this.#state !== undefined && this.#state !== this.#toldState) void this.#tellState(this.#state);
    this.signals.presence.tell(this.members.replace(message));
    // A listener may have left the room: the ledger is apart then.
    this.#ledger.joined(message);
  }

  joinRefused(reason: Failure): void {
    if (this.over || !this.#asked) return;
    // A retry that a later server knows is none that this client could do.
    if (reason.retry === "same_id") {
      this.#joinLater(reason);
    } else {
      this.#end({ state: "refused", error: reason }, reason);
      this.#forgetWhenAnswered();
    }
  }

  event(message: EventMessage): void {
    this.#ledger.event(message);
  }

  gap(message: Gap): void {
    this.#ledger.gap(message);
  }

  presence(message: Presence): void {
    if (this.#inside) this.signals.presence.tell(this.members.apply(message));
  }

  /** @returns whether it was for this room. */
  ack(message: Ack): boolean {
    const publish = this.outbox.acked(message);
    const user = this.#host.user();
    if (publish?.echo === false && message.position !== undefined && user !== undefined) {
      this.#ledger.ack(message.position, user, publish.id);
    }
    this.#forgetWhenAnswered();
    return publish !== undefined;
  }

  /** @returns whether it was for this room. */
  publishRefused(message: ErrorMessage): boolean {
    const refused = this.outbox.refused(message);
    this.#forgetWhenAnswered();
    return refused;
  }

  /** Taken out by the server. */
  left({ reason, message, until }: Left): void {
    if (this.over) return;
    const why = { ...(message !== undefined && { message }), ...(until !== undefined && { until }) };
    this.#end({ state: "left", reason, ...why });
    this.#forgetWhenAnswered();
  }

  /** Asks for the room, again perhaps. */
  #join(): void {
    if (this.over || this.#host.user() === undefined) return;
    this.entering();
    this.outbox.hold();
    this.#become({ state: "joining" });
    const id = this.#host.requests.expect((answer) => {
      if (!answer.ok) this.joinRefused(answer.error);
    });
    this.#joinId = id;
    this.#host.send({ type: "join", id, ...this.target() });
  }

  #joinLater({ code, retryAfterMs = RETRY_MS }: Failure): void {
    // Without a socket the next hello asks.
    if (code !== "not_connected") this.#joinAfter(retryAfterMs);
  }

  /** At once; when that has not helped, ever later: a server that contradicts itself is not asked in a circle. */
  #rejoin(): void {
    this.#rejoins += 1;
    if (this.#rejoins === 1) this.#join();
    else this.#joinAfter(backoffMs(this.#rejoins, Infinity, this.#host.random.fraction()));
  }

  #joinAfter(delayMs: number): void {
    this.#retry?.cancel();
    this.#retry = this.#host.clock.after(delayMs, () => this.#join());
  }

  #caughtUp(joined: JoinedRoom): void {
    this.#rejoins = 0;
    this.#become({ state: "joined" });
    if (this.#inside) this.signals.joined.tell(joined);
  }

  #fetch(after: number): void {
    const id = this.#host.requests.expect((answer) => {
      // Whatever the reason, a new join tells what is to be had.
      if (!answer.ok) this.#joinLater(answer.error);
      else if (answer.value.type === "history") this.#ledger.page(answer.value);
    });
    this.#host.send({ type: "history", id, room: this.name, after, limit: MAX_PAGE_EVENTS });
  }

  #tellState(state: State): Promise<Result<undefined, Failure>> {
    const { promise, resolve } = Promise.withResolvers<Result<undefined, Failure>>();
    this.#toldState = state;
    const id = this.#host.requests.expect((answer) => resolve(answer.ok ? ok(undefined) : answer));
    this.#host.send({ type: "presence", id, room: this.name, state });
    return promise;
  }

  /** Acks wait for their commit, and may come after `left`. */
  #forgetWhenAnswered(): void {
    if (this.over && !this.outbox.awaiting) this.suspend();
  }

  /** @param reason what later publishes are refused with. */
  #end(status: RoomStatus, reason = failureOf(refusal("not_joined", IT_IS_OVER))): void {
    this.#inside = false;
    this.#retry?.cancel();
    this.#host.retire(this);
    this.#ledger.suspend();
    this.outbox.end(reason);
    this.#become(status);
  }

  #become(status: RoomStatus): void {
    if (status.state === this.#status.state) return;
    this.#status = status;
    this.signals.status.tell(status);
  }
}

function shown(event: EventMessage, epoch: string | undefined, replayed: boolean): RoomEvent {
  const { type: _, ...rest } = event;
  return { ...rest, ...(event.offset !== undefined && epoch !== undefined && { epoch }), replayed };
}
