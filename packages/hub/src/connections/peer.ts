/** Owns one socket's conversation: its state, its order, its credit. Must not know the messages: `answering.ts` does. */
import {
  CLOSE_CODES,
  type CloseName,
  type Down,
  type Refusal,
  refusal,
  type Welcome,
} from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { Engine } from "../engine.ts";
import type { Reached } from "../entering/cursor.ts";
import { Allowance } from "../limits/allowance.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import type { Timer } from "../ports/clock.ts";
import type { Connection, Decoded, Inbox } from "../ports/connection.ts";
import type { ClientFacts } from "../ports/telemetry.ts";
import type { Session } from "../sessions/session.ts";
import { answer } from "./answering.ts";
import { Expiry, type ExpiryListener } from "./expiry.ts";
import { charged, type Frame, type Unread } from "./frame.ts";
import { Lane } from "./lane.ts";
import { Outlet, type Recipient } from "./outlet.ts";
import { Pausing } from "./pausing.ts";
import { type Asked, errorFor, retryOf } from "./refusing.ts";
import { Rest } from "./rest.ts";

type State =
  | { readonly kind: "awaiting_hello"; readonly deadline: Timer }
  | { readonly kind: "active"; readonly session: Session; readonly sinceMs: number; welcomed: boolean }
  | { readonly kind: "closed" };

export class Peer implements Inbox, Recipient, ExpiryListener {
  /** In the order in which connections have arrived. */
  readonly number: number;
  readonly #engine: Engine;
  readonly #connection: Connection;
  readonly outlet: Outlet;
  readonly #onClosed: (peer: Peer) => void;
  readonly #lane: Lane<Frame | Unread>;
  /** Of a token that expires. */
  #expiry: Expiry | undefined;
  readonly allowance: Allowance;
  #state: State;
  /** Most connections never need any. */
  #rest: Rest | undefined;
  #pausing: Pausing | undefined;
  /** Answers that are being prepared while the next message is handled already. */
  #aside = 0;
  /** While the log is behind: how many more it may publish before it has to wait for another turn. */
  #turnLeft = 0;

  constructor(engine: Engine, connection: Connection, number: number, onClosed: (peer: Peer) => void) {
    const { clock, settings } = engine;
    this.number = number;
    this.#engine = engine;
    this.#connection = connection;
    this.outlet = new Outlet(engine, connection);
    this.#onClosed = onClosed;
    this.#lane = new Lane(this);
    this.allowance = new Allowance(clock, settings);
    const deadline = clock.after(settings.helloTimeoutMs, () => {
      this.close("helloTimeout");
    });
    this.#state = { kind: "awaiting_hello", deadline };
  }

  /** Whom the adapter vouches for. */
  get identity(): Identity | undefined {
    return this.#connection.identity;
  }

  /** Where it comes from. */
  get remote(): string {
    return this.#connection.remote;
  }

  get closed(): boolean {
    return this.#state.kind === "closed";
  }

  /** From its hello until the end of the socket. */
  get session(): Session | undefined {
    return this.#state.kind === "active" ? this.#state.session : undefined;
  }

  /** From where the client goes on in all its rooms. */
  get cursor(): string | undefined {
    return this.#connection.cursor;
  }

  get transport(): string {
    return this.#connection.transport;
  }

  /** What was written and not taken yet. */
  get queuedBytes(): number {
    return this.#connection.bufferedBytes;
  }

  /** Since its hello was accepted. */
  get connectedMs(): number {
    return this.#state.kind === "active" ? this.#engine.clock.monotonicMs() - this.#state.sinceMs : 0;
  }

  /** Hello was accepted: from now on the session speaks through this socket. */
  activate(session: Session, resumed: boolean): void {
    if (this.#state.kind !== "awaiting_hello") return;
    this.#state.deadline.cancel();
    this.#connection.greeted?.();
    this.#engine.carriers.enter(session, this.outlet);
    const { clock, telemetry } = this.#engine;
    this.#state = { kind: "active", session, sinceMs: clock.monotonicMs(), welcomed: false };
    const { user } = session.identity;
    if (user !== null) this.allowance.account = this.#engine.accounts.enter(user);
    telemetry.record({ kind: "client_connected", client: this.facts(session), resumed });
    this.watchExpiry();
  }

  /** To be called whenever the session's identity has changed. */
  watchExpiry(): void {
    if (this.#state.kind !== "active") return;
    const { expiresAt } = this.#state.session.identity;
    if (expiresAt !== undefined) this.#expiry ??= new Expiry(this.#engine.clock, this);
    this.#expiry?.watch(expiresAt);
  }

  /** The first message of every session on a socket. */
  welcome(message: Welcome, at?: Reached): void {
    if (this.#state.kind !== "active") return;
    this.#state.welcomed = true;
    this.send(message, at);
    // A warning that came before it would have been the first message.
    this.watchExpiry();
  }

  warned(expiresInMs: number): void {
    this.notify({ type: "expiring", expiresInMs });
  }

  expired(): void {
    this.close("tokenExpired");
  }

  /** Tells what the client did not ask for; before its welcome it is told nothing. */
  notify(message: Down): void {
    if (this.#state.kind === "active" && this.#state.welcomed) this.send(message);
  }

  send(message: Down, at?: Reached): void {
    if (!this.outlet.say(message, at)) this.close("slowConsumer");
  }

  /** Resolves once the client has taken most of what was written, or is gone. */
  drained(): MaybePromise<void> {
    return whenReady(this.outlet.drained(), (hasDrained) => {
      if (!hasDrained) this.close("slowConsumer");
    });
  }

  /** Answers a request with why it was refused. What follows a publish that may be repeated must not overtake it. */
  refuse(asked: Asked, reason: Refusal): void {
    const { session } = this;
    this.#engine.telemetry.record({
      kind: "refused",
      clientId: session?.clientId ?? null,
      request: asked.type ?? null,
      room: asked.room ?? null,
      code: reason.code,
    });
    const { type, id, room } = asked;
    if (type === "publish" && id !== undefined && room !== undefined && retryOf(reason) === "same_id") {
      session?.subscriptions.get(room)?.refuseUntilRepeated(id);
    }
    // All refusals of a turn go out in one write.
    this.outlet.gather();
    this.send(errorFor(asked, reason));
    if (this.closed) return;
    this.#rest ??= new Rest(this.#engine.clock, this.#pauses);
    this.#rest.refused();
    if (this.allowance.refusal()) this.close("tooMany");
  }

  /** A bug, or an application's hook that threw: nobody can say what became of the request. */
  fail(asked: Asked, where: string, error: unknown): void {
    this.#engine.telemetry.record({ kind: "fault", where, error });
    this.refuse(asked, refusal("internal"));
  }

  /** Lets a slow answer (a page of history) be prepared while the next messages are handled. They wait for a second one at the same time. */
  aside(answer: Promise<void>): MaybePromise<void> {
    this.#aside += 1;
    const answered = answer.finally(() => (this.#aside -= 1));
    if (this.#aside > 1) return answered;
  }

  /** It publishes ahead of its acks while the log is behind: once its turn is used up, its socket is left unread until the next, if the transport can pause. */
  unreadUntilItsTurn(): MaybePromise<void> {
    const connection = this.#connection;
    if (connection.pause === undefined || connection.restsOnly === true) return;
    this.#turnLeft -= 1;
    if (this.#turnLeft > 0) return;
    this.#pauses.begin();
    return this.#engine.backlog.turn().then((publishes) => {
      this.#turnLeft = publishes;
      this.#pauses.end();
    });
  }

  close(name: CloseName, why?: string): void {
    if (this.closed) return;
    const { code, meaning } = CLOSE_CODES[name];
    // The end comes first: an adapter may report it from within `close`, and it happens once.
    this.#end(code, why ?? meaning, "server");
    this.outlet.close(name, why);
  }

  ended(code: number, reason: string): void {
    if (!this.closed) this.#end(code, reason, "client");
  }

  gone(): void {
    this.#engine.carriers.leave(this.outlet);
  }

  receive(frame: Decoded | (() => Decoded), bytes: number): void {
    if (this.closed) return;
    if (this.#lane.length >= this.#engine.settings.maxWaitingMessages) this.close("tooMany");
    else this.#lane.take(charged(this.#engine, this.allowance, frame, bytes));
  }

  /** Called by its lane. A closure for that would cost each connection more memory than the lane itself. */
  handle(frame: Frame | Unread): MaybePromise<void> {
    return answer(this.#engine, this, frame);
  }

  get #pauses(): Pausing {
    return (this.#pausing ??= new Pausing(this.#connection));
  }

  #end(code: number, reason: string, by: "client" | "server"): void {
    const state = this.#state;
    const { connectedMs } = this;
    this.#state = { kind: "closed" };
    this.outlet.end();
    this.#lane.clear();
    this.#expiry?.cancel();
    this.#rest?.end();
    const { telemetry, sessions } = this.#engine;
    const { remote, transport } = this.#connection;
    if (state.kind === "awaiting_hello") {
      state.deadline.cancel();
      telemetry.record({ kind: "stranger_closed", remote, transport, code, reason });
    } else if (state.kind === "active") {
      const { session } = state;
      telemetry.record({
        kind: "client_closed",
        client: this.facts(session),
        code,
        reason,
        by,
        connectedMs,
      });
      if (session.identity.user !== null) this.#engine.accounts.leave(session.identity.user);
      sessions.detach(session, this, code);
    }
    this.#onClosed(this);
  }

  /** For telemetry: which client this is. */
  facts({ clientId, from }: Session): ClientFacts {
    const { remote, transport } = this.#connection;
    return { clientId, user: from.user, name: from.name, remote, transport };
  }
}
