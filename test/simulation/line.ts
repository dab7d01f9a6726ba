/**
 * Owns one connection between a client and the server, from the handshake to the last byte: a socket to the one, a hub's
 * connection to the other, and all that a network may do in between. Must not know what is said.
 */
import type { Socket, SocketListener } from "@roomcast/client";
import type { Connection, Inbox } from "@roomcast/hub";
import { type SeededRandom, textFormat } from "@roomcast/hub/testing";
import { CLOSE_CODES, type CloseName, decodeUp } from "@roomcast/protocol";

import type { Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";
import { Way } from "./way.ts";
import { type Newest, WireWatch } from "./wire-watch.ts";

/** Of a WebSocket's request and its answer, about. */
const REQUEST_BYTES = 250;
const RESPONSE_BYTES = 150;
const CLOSE_BYTES = 30;
const HEADER_BYTES = 4;
/** A ping each 25 s, and 8 s for its pong. */
const WATCH_MS = 33_000;

export type Direction = "up" | "down";

export interface LineOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly newest: Newest;
  readonly onFault: (what: string) => void;
  /** undefined: nobody listens there. */
  readonly accept: (connection: Connection) => Inbox | undefined;
  readonly listener: SocketListener;
}

export class Line {
  /** The client's end. */
  readonly socket: Socket = {
    send: (text) => this.#sendUp(text),
    close: (code, reason) => this.#closeUp(code, reason),
  };
  readonly #options: LineOptions;
  readonly #ways: Readonly<Record<Direction, Way>>;
  readonly #watch: WireWatch;
  #inbox: Inbox | undefined;
  /** Neither end is there any more. */
  #clientGone = false;
  #serverGone = false;
  #swallows = false;
  /** The first frame upwards will be so late, behind the end of the line that the client hears of. */
  #firstLateMs: number | undefined;

  constructor(options: LineOptions) {
    const { timeline, random, name, newest, onFault } = options;
    this.#options = options;
    this.#ways = { up: new Way(timeline, random), down: new Way(timeline, random) };
    this.#watch = new WireWatch(name, newest, onFault);
    this.#ways.up.send(REQUEST_BYTES, () => this.#handshake());
  }

  get over(): boolean {
    return this.#clientGone && this.#serverGone;
  }

  stall(direction: Direction, ms: number): void {
    this.#ways[direction].stall(ms);
  }

  narrow(bytesPerSecond: number): void {
    this.#ways.down.narrow(bytesPerSecond);
  }

  /** One way swallows all from now on. The server's heartbeat finds it out, and the client's. */
  swallow(direction: Direction): void {
    this.#swallows = true;
    this.#ways[direction].swallow();
    this.#options.timeline.after(this.#options.random.below(WATCH_MS), () => this.#endServer(1006));
  }

  /** The client's hello is late by so much, and meanwhile the client takes the line for dead. */
  strandHello(lateMs: number): void {
    this.#firstLateMs = lateMs;
  }

  /** Breaks off when so many bytes have gone one way. */
  breakAfter(direction: Direction, bytes: number): void {
    this.#ways[direction].breakAfter(bytes, () => this.cut());
  }

  /** Any part of what is on its way is lost; each side hears of it in its own time. */
  cut(): void {
    const { random } = this.#options;
    const { up, down } = this.#ways;
    up.end(random.below(up.bytes + 1), () => this.#endServer(1006), random.below(MAX_TOLD_MS));
    down.end(random.below(down.bytes + 1), () => this.#endClient(1006, ""), random.below(MAX_TOLD_MS));
  }

  /** The network is well. A line that swallows is beyond repair: both sides hear soon that it is gone. */
  heal(): void {
    for (const way of Object.values(this.#ways)) way.heal();
    if (this.#swallows) this.cut();
  }

  /** The client's program has died: what it had sent still goes out. */
  clientDied(): void {
    this.#clientGone = true;
    this.#ways.up.end(Infinity, () => this.#endServer(1006));
  }

  /** @param machine it died with its machine, which tells nobody. */
  serverDied(machine: boolean): void {
    const { random } = this.#options;
    this.#serverGone = true;
    this.#inbox = undefined;
    const { down } = this.#ways;
    const told = (): void => this.#endClient(1006, "");
    down.end(machine ? 0 : random.below(down.bytes + 1), told, machine ? random.below(WATCH_MS) : 0);
  }

  #handshake(): void {
    this.#inbox = this.#options.accept(this.#connection());
    if (this.#inbox === undefined) {
      this.#serverGone = true;
      this.#ways.down.end(0, () => this.#endClient(1006, ""));
    } else {
      this.#ways.down.send(RESPONSE_BYTES, () => {
        if (!this.#clientGone) this.#options.listener.opened();
      });
    }
  }

  /** The server's end. */
  #connection(): Connection {
    const { down } = this.#ways;
    return {
      format: textFormat,
      transport: "simulated",
      remote: this.#options.name,
      get bufferedBytes() {
        return down.bytes;
      },
      send: (frames) => {
        for (const frame of decoder.decode(frames).split("\n")) if (frame !== "") this.#sendDown(frame);
      },
      close: (name) => this.#closeDown(name),
    };
  }

  #sendUp(text: string): void {
    if (this.#clientGone) return;
    this.#trace(">", text);
    this.#ways.up.send(text.length + HEADER_BYTES, () => {
      if (this.#serverGone) return;
      this.#trace(">>", text);
      this.#inbox?.receive(decodeUp(text), text.length);
    });
    if (this.#firstLateMs === undefined) return;
    const { up, down } = this.#ways;
    up.stall(this.#firstLateMs);
    up.end(Infinity, () => this.#endServer(1006));
    down.end(0, () => this.#endClient(1006, ""));
  }

  #sendDown(text: string): void {
    if (this.#serverGone) return;
    this.#trace("<", text);
    this.#watch.see(text);
    this.#ways.down.send(text.length + HEADER_BYTES, () => {
      if (this.#clientGone) return;
      this.#trace("<<", text);
      this.#options.listener.received(text);
    });
  }

  #closeUp(code: number, reason: string): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#trace(">", `close ${code} ${reason}`);
    this.#ways.up.send(CLOSE_BYTES, () => this.#endServer(code));
  }

  #closeDown(name: CloseName): void {
    if (this.#serverGone) return;
    this.#serverGone = true;
    const { code, meaning } = CLOSE_CODES[name];
    this.#trace("<", `close ${code} ${meaning}`);
    this.#ways.down.send(CLOSE_BYTES, () => this.#endClient(code, meaning));
  }

  #endServer(code: number): void {
    if (this.#serverGone) return;
    this.#serverGone = true;
    this.#trace(">>", `end ${code}`);
    this.#inbox?.ended(code, "");
    this.#inbox?.gone();
    // What the client has not heard by then, it hears from its own system, or by the silence.
    this.#ways.down.end(0, () => this.#endClient(1006, ""));
  }

  #endClient(code: number, reason: string): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#trace("<<", `end ${code}`);
    this.#options.listener.closed(code, reason);
    this.#ways.up.end(0, () => this.#endServer(1006));
  }

  #trace(arrow: string, text: string): void {
    this.#options.trace.add(`${this.#options.name} ${arrow} ${text}`);
  }
}

const MAX_TOLD_MS = 3_000;
const decoder = new TextDecoder();
