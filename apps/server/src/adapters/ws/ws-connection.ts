/**
 * Owns one WebSocket as the hub's connection. The hub's frames go straight into the TCP socket; ws writes there too,
 * but whole control frames only, each in one go (compression is off), so the two never cut into each other.
 */
import type { Connection, Format, Identity, Inbox } from "@roomcast/hub";
import {
  CLOSE_CODES,
  type CloseName,
  decodeUp,
  err,
  MAX_HELLO_BYTES,
  MAX_MESSAGE_BYTES,
  refusal,
} from "@roomcast/protocol";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";

import { cutUnlessTaken } from "./cut-unless-taken.ts";
import { FrameScanner } from "./frame-scanner.ts";
import { IdleLimit } from "../idle-limit.ts";
import { GIVEN_AWAY, type Place } from "../places.ts";
import { reset } from "../reset.ts";
import { SocketWriter } from "../socket-writer.ts";
import type { SocketWatch, WatchedSocket } from "./socket-watch.ts";
import { wsFormat } from "./text-frame.ts";

/** RFC 6455 §5.5, without the code. */
const MAX_CLOSE_REASON_BYTES = 123;

/** What is heard of a socket, by the name that ws gives it; and what it is about to answer to its peer's end, or to its faults. */
export interface Ears {
  readonly message: (this: ClientSocket, data: Buffer, isBinary: boolean) => void;
  readonly ping: (this: ClientSocket) => void;
  readonly pong: (this: ClientSocket) => void;
  readonly error: (this: ClientSocket, failure: Error) => void;
  readonly close: (this: ClientSocket, code: number, reason: Buffer) => void;
  readonly ending: (this: ClientSocket, answer: () => void) => void;
}

/** ws's own socket, with the way to its connection: all sockets then share their listeners. */
export class ClientSocket extends WebSocket {
  connection?: WsConnection;
  /** Of all sockets: a table of listeners is the largest of what else ws would keep for each. */
  ears?: Ears;

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    const ear = this.ears?.[event as keyof Ears] as ((...heard: unknown[]) => void) | undefined;
    ear?.apply(this, values);
    return (this.listenerCount(event) > 0 && super.emit(event, ...values)) || ear !== undefined;
  }

  /** By ws, which answers the peer's close, or a fault of its. */
  override close(code?: number, reason?: string | Buffer): void {
    const answer = (): void => super.close(code, reason);
    if (this.ears === undefined) answer();
    else this.ears.ending.call(this, answer);
  }

  /** By the server. */
  end(code: number, reason: string): void {
    super.close(code, reason);
  }
}

export class WsConnection implements Connection, WatchedSocket {
  readonly transport = "ws";
  readonly place: Place;
  readonly identity: Identity | undefined;
  readonly #ws: ClientSocket;
  readonly #writer: SocketWriter;
  readonly #watch: Pick<SocketWatch<WsConnection>, "clock" | "paused" | "resumed" | "ending">;
  /** Between two messages there is none. */
  #scanner: FrameScanner | undefined;
  #idle: IdleLimit | undefined;
  #inbox: Inbox | undefined;
  #helloCame = false;

  constructor(
    ws: ClientSocket,
    tcp: Duplex,
    watch: Pick<SocketWatch<WsConnection>, "clock" | "paused" | "resumed" | "ending">,
    place: Place,
    identity: Identity | undefined,
  ) {
    this.#ws = ws;
    this.#watch = watch;
    this.place = place;
    place.onGivenAway = () => this.abort("tooMany", GIVEN_AWAY);
    this.#writer = new SocketWriter(tcp);
    this.identity = identity;
  }

  get format(): Format {
    return wsFormat;
  }

  get remote(): string {
    return this.place.remote;
  }

  greeted(): void {
    this.place.keep();
  }

  get bufferedBytes(): number {
    return this.#writer.waitingBytes;
  }

  get open(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  listen(inbox: Inbox): void {
    this.#inbox = inbox;
  }

  send(frames: Uint8Array): void {
    if (this.open) this.#writer.write(frames);
  }

  close(name: CloseName, why: string = CLOSE_CODES[name].meaning): void {
    if (!this.open) return;
    // The peer's own close frame is to be read.
    this.resume();
    this.#watch.ending(this);
    this.#ws.end(CLOSE_CODES[name].code, shortened(why));
  }

  dropUntaken(): void {
    // Its echo is to be read.
    this.resume();
    cutUnlessTaken(this.#ws, this.#writer.socket, this.#watch.clock);
  }

  get paused(): boolean {
    return this.#ws.isPaused;
  }

  pause(): void {
    if (!this.open) return;
    this.#ws.pause();
    this.#watch.paused(this);
  }

  resume(): void {
    if (!this.open || !this.paused) return;
    this.#ws.resume();
    this.#watch.resumed(this, this.#scanner !== undefined);
  }

  /** Closes for a reason of the transport's own. The hub hears of it first: what it has yet to write goes out before the close. */
  abort(name: CloseName, reason: string): void {
    this.ended(CLOSE_CODES[name].code, reason);
    this.close(name);
  }

  /** With what the system still holds for the peer: it may lose the right to it before it reads on. */
  cut(reason: string): void {
    this.ended(1006, reason);
    reset(this.#writer.socket);
  }

  ended(code: number, reason: string): void {
    this.#inbox?.ended(code, reason);
  }

  gone(): void {
    this.#inbox?.gone();
  }

  ping(): void {
    this.#ws.ping();
  }

  /** A frame that says nothing: a ping (ws has answered it already), a pong that nobody waits for, an empty text. */
  idled(nowMs: number): void {
    this.#idle ??= new IdleLimit(nowMs);
    if (!this.#idle.take(nowMs)) this.abort("tooMany", "too many frames that say nothing");
  }

  /** To be called once ws has taken what is complete in the chunk. @returns how the chunk ended. */
  scan(chunk: Uint8Array): "complete" | "began" | "goes on" {
    const scanner = this.#scanner ?? idleScanner;
    const { completed } = scanner;
    scanner.push(chunk);
    if (!scanner.underWay) {
      this.#scanner = undefined;
      return "complete";
    }
    const goesOn = this.#scanner !== undefined && scanner.completed === completed;
    this.#scanner = scanner;
    if (scanner === idleScanner) idleScanner = new FrameScanner();
    if (scanner.announcedBytes > this.#maxMessageBytes) this.#refuseLarge();
    return goesOn ? "goes on" : "began";
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (!this.open) return;
    if (data.length > this.#maxMessageBytes) this.#refuseLarge();
    else if (isBinary) {
      this.#inbox?.receive(
        err({ ...refusal("bad_message", "a binary frame holds no message"), notAnObject: true }),
        data.length,
      );
    } else this.#receiveText(data.toString(), data.length);
  }

  get #maxMessageBytes(): number {
    return this.#helloCame ? MAX_MESSAGE_BYTES : MAX_HELLO_BYTES;
  }

  #refuseLarge(): void {
    this.abort("tooLarge", CLOSE_CODES.tooLarge.meaning);
  }

  #receiveText(text: string, bytes: number): void {
    if (this.#helloCame) {
      // Read when its turn comes: what waits is cheaper as text.
      this.#inbox?.receive(() => decodeUp(text), bytes);
      return;
    }
    const decoded = decodeUp(text);
    if (decoded.ok && decoded.value.type === "hello") this.#helloCame = true;
    this.#inbox?.receive(decoded, bytes);
  }
}

/** Between two frames, and lent to whoever has none: most chunks are whole messages, and a scanner is as large as a connection. */
let idleScanner = new FrameScanner();

/** What a close frame has room for; half a character would make it one that no client takes. */
function shortened(why: string): string {
  const bytes = Buffer.from(why);
  return bytes.length <= MAX_CLOSE_REASON_BYTES
    ? why
    : bytes
        .subarray(0, MAX_CLOSE_REASON_BYTES)
        .toString()
        .replace(/\uFFFD$/, "");
}
