/**
 * Owns one room of this client: brings its joins, its ledger, its outbox and its members together. Must not know sockets,
 * reconnecting, the other rooms, or the types of the application's events.
 */
import {
  type Ack,
  type ErrorMessage,
  type EventMessage,
  type Gap,
  type Joined,
  type JoinTarget,
  type Left,
  type Position,
  type Presence,
  refusal,
  type Result,
  type State,
} from "@roomcast/protocol";

import type { Status } from "../connection/status.ts";
import { type Failure, failure, failureOf } from "../failure.ts";
import type { OpenContract } from "../open-contract.ts";
import { Outbox } from "../publishing/outbox.ts";
import { preparePublish, print } from "../publishing/prepare.ts";
import type { PublishOptions, PublishResult } from "../publishing/publish.ts";
import { Joining } from "./joining.ts";
import { Ledger } from "./ledger.ts";
import { Members } from "./members.ts";
import { OwnState } from "./own-state.ts";
import type { RoomHost } from "./room-host.ts";
import { RoomSignals } from "./room-signals.ts";
import type { HistoryPage, HistoryQuery, JoinedRoom, RoomOptions, RoomStatus } from "./room.ts";
import { RoomHistory, shown } from "./room-history.ts";

const OVER = failureOf(
  refusal("not_joined", "this object of the room is done: client.room(name) enters it anew"),
);

export class RoomSession {
  readonly name: string;
  readonly signals: RoomSignals;
  readonly outbox: Outbox;
  readonly members = new Members();
  readonly #host: RoomHost;
  readonly #joining: Joining;
  readonly #ledger: Ledger;
  readonly #history: RoomHistory;
  /** How many of the newest events the first join asks for. */
  readonly #newest: number | undefined;
  readonly #state: OwnState;
  #status: RoomStatus = { state: "joining" };
  /** The server has this client in the room, on this socket. */
  #inside = false;

  constructor(host: RoomHost, name: string, { history, since, state }: RoomOptions) {
    const { report, clock, random, storage } = host;
    this.name = name;
    this.#host = host;
    this.#history = new RoomHistory(host, name);
    this.#newest = history;
    this.#state = new OwnState(host, name, state);
    this.signals = new RoomSignals(report);
    this.#joining = new Joining({ clock, random, ask: () => this.#join() });
    this.#ledger = new Ledger(
      {
        deliver: (event, epoch, replayed) => this.signals.event(shown(event, epoch, replayed)),
        gap: (gap) => this.signals.gap.tell(gap),
        fetch: (after) =>
          this.#history.missed(
            after,
            (page) => this.#ledger.page(page),
            // Whatever the reason, a new join tells what is to be had.
            (why) => this.#joining.later(why),
          ),
        rejoin: () => this.#joining.anew(),
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
    const { id = this.#host.random.id() } = options;
    const prepared = preparePublish(this.#host.contract, this.name, event, data, { ...options, id });
    return prepared.ok
      ? this.outbox.add(prepared.value)
      : Promise.resolve({ ok: false, id, ...prepared.error });
  }

  async setState(state: State): Promise<Result<undefined, Failure>> {
    return this.over ? { ok: false, error: OVER } : this.#state.set(state, this.#inside);
  }

  async history(query: HistoryQuery): Promise<Result<HistoryPage<OpenContract>, Failure>> {
    if (this.#inside) return this.#history.page(query);
    return { ok: false, error: this.over ? OVER : failure("not_connected") };
  }

  leave(): void {
    if (this.over) return;
    this.#end({ state: "left", reason: "left" });
    if (this.#joining.asked) {
      const id = this.#host.requests.expect(() => {});
      this.#host.send({ type: "leave", id, room: this.name });
    }
    this.#forgetWhenAnswered();
  }

  /** What a hello or a join asks for. */
  target(): JoinTarget {
    const since = this.#ledger.position;
    const state = this.#state.value;
    return {
      room: this.name,
      ...(since !== undefined && { since }),
      ...(since === undefined && this.#newest !== undefined && { history: this.#newest }),
      ...(state !== undefined && { state }),
    };
  }

  /** A hello that asks for this room is on its way. */
  entering(): void {
    this.#joining.byHello();
    this.#inside = false;
    this.#state.joining();
    this.#ledger.joining();
  }

  /** There is a session: asks for the room, unless the hello has. */
  enter(): void {
    if (!this.#joining.asked) this.#joining.now();
  }

  /** The socket is gone. */
  suspend(): void {
    this.#joining.suspend();
    this.#inside = false;
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
    if (this.over || user === undefined || !this.#joining.counts(message.id)) return;
    this.#joining.rest();
    this.#inside = true;
    this.outbox.open({
      user,
      send: ({ message: publish, frame }) => {
        if (publish.echo === false) this.#ledger.expectSilently(user, publish.id);
        this.#host.sendText(frame);
      },
    });
    this.#state.joined();
    this.signals.presence.tell(this.members.replace(message));
    // A listener may have left the room: the ledger is apart then.
    this.#ledger.joined(message);
  }

  joinRefused(reason: Failure): void {
    if (this.over || !this.#joining.asked) return;
    // A retry that a later server knows is none that this client could do.
    if (reason.retry === "same_id") {
      this.#joining.later(reason);
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
  left({ type: _, id: __, room: ___, ...why }: Left): void {
    if (this.over) return;
    this.#end({ state: "left", ...why });
    this.#forgetWhenAnswered();
  }

  #join(): string | undefined {
    if (this.over || this.#host.user() === undefined) return undefined;
    this.entering();
    this.outbox.hold();
    this.#become({ state: "joining" });
    const id = this.#host.requests.expect((answer) => {
      if (!answer.ok) this.joinRefused(answer.error);
    });
    this.#host.send({ type: "join", id, ...this.target() });
    return id;
  }

  #caughtUp(joined: JoinedRoom): void {
    this.#joining.caughtUp();
    this.#become({ state: "joined" });
    if (this.#inside) this.signals.joined.tell(joined);
  }

  /** Acks wait for their commit, and may come after `left`. */
  #forgetWhenAnswered(): void {
    if (this.over && !this.outbox.awaiting) this.suspend();
  }

  /** @param reason what later publishes are refused with. */
  #end(status: RoomStatus, reason = OVER): void {
    this.#inside = false;
    this.#joining.rest();
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
