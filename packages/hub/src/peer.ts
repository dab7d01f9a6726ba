/** Owns one socket's conversation: its state, its order, its credit. Must not know what the messages mean. */
import {
  BAD_FRAME_WINDOW_MS,
  CLOSE_CODES,
  type CloseName,
  type DecodeFailure,
  type Down,
  ERROR_CODES,
  MAX_BAD_FRAMES,
  type Refusal,
  refusal,
  type Result,
  type Up,
} from "@roomcast/protocol";

import type { Timer } from "./clock.ts";
import type { Connection, Format, Inbox } from "./connection.ts";
import { dispatch } from "./dispatch.ts";
import type { Asked, Engine } from "./engine.ts";
import { hello } from "./handlers/hello.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Session } from "./session.ts";
import type { ClientFacts } from "./telemetry.ts";
import { TokenBucket } from "./token-bucket.ts";

type State =
  | { readonly kind: "awaiting_hello"; readonly deadline: Timer }
  | {
      readonly kind: "active";
      readonly session: Session;
      readonly sinceMs: number;
      expiry: Timer | undefined;
    }
  | { readonly kind: "closed" };

type Decoded = Result<Up, DecodeFailure>;

/** A token may expire in years, a timer may not: the rest is waited for in pieces. */
const MAX_TIMER_MS = 12 * 60 * 60 * 1000;

export class Peer implements Inbox {
  readonly #engine: Engine;
  readonly #connection: Connection;
  readonly #credit: TokenBucket;
  readonly #onClosed: (peer: Peer) => void;
  #state: State;
  #badFramesAtMs: number[] = [];
  /** Frames that arrived while one is still being handled; undefined when none is. */
  #waiting: Decoded[] | undefined;

  constructor(engine: Engine, connection: Connection, onClosed: (peer: Peer) => void) {
    const { clock, settings } = engine;
    this.#engine = engine;
    this.#connection = connection;
    this.#onClosed = onClosed;
    this.#credit = new TokenBucket(clock, settings.messagesPerSecond);
    const deadline = clock.after(settings.helloTimeoutMs, () => {
      this.close("helloTimeout");
    });
    this.#state = { kind: "awaiting_hello", deadline };
  }

  get format(): Format {
    return this.#connection.format;
  }

  get closed(): boolean {
    return this.#state.kind === "closed";
  }

  /** Hello was accepted: from now on the session speaks through this socket. */
  activate(session: Session): void {
    if (this.#state.kind !== "awaiting_hello") return;
    this.#state.deadline.cancel();
    this.#state = { kind: "active", session, sinceMs: this.#engine.clock.monotonicMs(), expiry: undefined };
    this.watchExpiry();
  }

  /** To be called whenever the session's identity has changed. */
  watchExpiry(): void {
    if (this.#state.kind !== "active") return;
    const { session, expiry } = this.#state;
    expiry?.cancel();
    const { expiresAt } = session.identity;
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - this.#engine.clock.now();
    if (leftMs <= 0) this.close("tokenExpired");
    else {
      this.#state.expiry = this.#engine.clock.after(Math.min(leftMs, MAX_TIMER_MS), () => {
        this.watchExpiry();
      });
    }
  }

  send(message: Down): void {
    if (this.closed) return;
    if (!this.write(this.format.encode(message))) this.close("slowConsumer");
  }

  /** @returns false when the reader is too slow: the caller must close it, at a moment that suits the caller. */
  write(frames: Uint8Array): boolean {
    if (this.closed) return true;
    if (this.#connection.bufferedBytes > this.#engine.settings.maxQueuedBytes) return false;
    this.#connection.send(frames);
    return true;
  }

  /** Answers a request with why it was refused. */
  refuse(asked: Asked, { code, message, retryAfterMs }: Refusal): void {
    this.#engine.telemetry.record({ kind: "refused", clientId: this.#session?.clientId ?? null, code });
    const { id, room } = asked;
    this.send({
      type: "error",
      ...(id !== undefined && { id }),
      ...(room !== undefined && { room }),
      code,
      message,
      retry: ERROR_CODES[code].retry,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }

  close(name: CloseName): void {
    if (this.closed) return;
    const { code, meaning } = CLOSE_CODES[name];
    this.#connection.close(name);
    this.#end(code, meaning, "server");
  }

  ended(code: number, reason: string): void {
    if (!this.closed) this.#end(code, reason, "client");
  }

  receive(decoded: Decoded): void {
    if (this.closed) return;
    if (this.#waiting === undefined) this.#handleInTurn(decoded);
    else if (this.#waiting.length < this.#engine.settings.maxWaitingMessages) this.#waiting.push(decoded);
    else this.close("tooMany");
  }

  get #session(): Session | undefined {
    return this.#state.kind === "active" ? this.#state.session : undefined;
  }

  /** One frame at a time: what comes behind a frame that takes its time waits, so that nothing overtakes it. */
  #handleInTurn(decoded: Decoded): void {
    const handled = this.#guarded(decoded);
    if (!(handled instanceof Promise)) return;
    this.#waiting = [];
    void handled.then(async () => {
      for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
        await this.#guarded(next);
      }
      this.#waiting = undefined;
    });
  }

  #guarded(decoded: Decoded): MaybePromise<void> {
    const failed = (error: unknown): void => {
      this.#engine.telemetry.record({ kind: "fault", where: "message handler", error });
      this.refuse(askedBy(decoded), refusal("internal"));
    };
    try {
      const handled = this.#handle(decoded);
      return handled instanceof Promise ? handled.catch(failed) : handled;
    } catch (error) {
      failed(error);
    }
  }

  #handle(decoded: Decoded): MaybePromise<void> {
    const state = this.#state;
    if (state.kind === "closed") return;
    if (!decoded.ok) {
      this.#refuseFrame(decoded.error);
      return;
    }
    const message = decoded.value;
    if (state.kind === "awaiting_hello") {
      if (message.type === "hello") return hello(this.#engine, this, message);
      this.refuse(askedBy(decoded), refusal("hello_required"));
      return;
    }
    if (message.type === "hello") {
      this.close("tooMany");
      return;
    }
    const { session } = state;
    const waitMs = this.#credit.take();
    if (waitMs > 0) {
      const asked = askedBy(decoded);
      if (message.type === "publish")
        session.subscriptions.get(message.room)?.refuseUntilRepeated(message.id);
      this.refuse(asked, refusal("overloaded", "more messages than this connection may send", waitMs));
      return;
    }
    return dispatch({ engine: this.#engine, peer: this, session }, message);
  }

  #refuseFrame(failure: DecodeFailure): void {
    this.refuse(failure, failure);
    if (failure.notAnObject !== true) return;
    const nowMs = this.#engine.clock.monotonicMs();
    this.#badFramesAtMs = this.#badFramesAtMs.filter((atMs) => atMs > nowMs - BAD_FRAME_WINDOW_MS);
    if (this.#badFramesAtMs.push(nowMs) >= MAX_BAD_FRAMES) this.close("badMessages");
  }

  #end(code: number, reason: string, by: "client" | "server"): void {
    const state = this.#state;
    this.#state = { kind: "closed" };
    const { telemetry, sessions, clock } = this.#engine;
    const { remote, transport } = this.#connection;
    if (state.kind === "awaiting_hello") {
      state.deadline.cancel();
      telemetry.record({ kind: "stranger_closed", remote, transport, code, reason });
    } else if (state.kind === "active") {
      const { session } = state;
      state.expiry?.cancel();
      const connectedMs = clock.monotonicMs() - state.sinceMs;
      telemetry.record({ kind: "client_closed", client: this.facts(session), code, reason, by, connectedMs });
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

function askedBy(decoded: Decoded): Asked {
  const { id, room } = (decoded.ok ? decoded.value : decoded.error) as Asked;
  return { ...(id !== undefined && { id }), ...(room !== undefined && { room }) };
}
