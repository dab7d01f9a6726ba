/** Owns how long a socket may be silent, in the middle of a message, or half closed. Knows neither ws nor the hub. */
import type { Clock } from "@roomcast/hub";
import type { CloseName } from "@roomcast/protocol";

import { Deadlines } from "../deadlines.ts";

/** Durations in ms. */
export interface WatchTimes {
  /** Between a sign of life and the next ping. */
  readonly heartbeatMs: number;
  /** From the ping to its pong. */
  readonly pongTimeoutMs: number;
  /** From the first byte of a message to its last. */
  readonly messageTimeoutMs: number;
  /** From the beginning of a close, by either side, to its end, for which a peer may keep us waiting. */
  readonly closeTimeoutMs: number;
}

export interface WatchedSocket {
  ping(): void;
  abort(name: CloseName, reason: string): void;
  cut(reason: string): void;
}

export class SocketWatch<Watched extends WatchedSocket> {
  readonly clock: Clock;
  readonly #heartbeats: Deadlines<Watched>;
  readonly #pongs: Deadlines<Watched>;
  readonly #messages: Deadlines<Watched>;
  readonly #ends: Deadlines<Watched>;

  constructor(clock: Clock, times: WatchTimes) {
    this.clock = clock;
    this.#pongs = new Deadlines(clock, times.pongTimeoutMs, (socket) => {
      socket.cut("no pong came in time");
    });
    this.#heartbeats = new Deadlines(clock, times.heartbeatMs, (socket) => {
      this.#pongs.start(socket);
      socket.ping();
    });
    this.#messages = new Deadlines(clock, times.messageTimeoutMs, (socket) => {
      socket.abort("policy", "a message was not complete in time");
    });
    this.#ends = new Deadlines(clock, times.closeTimeoutMs, (socket) => {
      socket.cut("its end was not taken in time");
    });
  }

  opened(socket: Watched): void {
    this.#heartbeats.start(socket);
  }

  /** @returns whether a pong was due. */
  ponged(socket: Watched): boolean {
    if (!this.#pongs.has(socket)) return false;
    this.#pongs.stop(socket);
    this.#heartbeats.start(socket);
    return true;
  }

  messageBegan(socket: Watched): void {
    this.#messages.start(socket);
  }

  messageEnded(socket: Watched): void {
    this.#messages.stop(socket);
  }

  /** It is not read from for a while: neither a pong nor the rest of a message can come. */
  paused(socket: Watched): void {
    this.#heartbeats.stop(socket);
    this.#pongs.stop(socket);
    this.#messages.stop(socket);
  }

  /** @param midMessage whether the first byte of a message has come, and not its last. */
  resumed(socket: Watched, midMessage: boolean): void {
    this.#heartbeats.start(socket);
    if (midMessage) this.#messages.start(socket);
  }

  /** Its end has begun, by either side. */
  ending(socket: Watched): void {
    if (!this.isEnding(socket)) this.#ends.start(socket);
  }

  isEnding(socket: Watched): boolean {
    return this.#ends.has(socket);
  }

  closed(socket: Watched): void {
    this.#heartbeats.stop(socket);
    this.#pongs.stop(socket);
    this.#messages.stop(socket);
    this.#ends.stop(socket);
  }
}
