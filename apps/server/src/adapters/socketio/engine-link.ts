/**
 * Owns one Engine.IO connection as a way for frames. They go straight into the TCP socket of a WebSocket, where engine.io
 * writes whole frames of its own too (pings, the handshake), so that the two never cut into each other; without one they
 * wait here for the next poll, and for no queue of engine.io's. Must not know what a frame says.
 */
import type { Clock, Timer } from "@roomcast/hub";
import { CLOSE_TIMEOUT_MS } from "@roomcast/protocol";
import type { Socket, Transport } from "engine.io";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";

import { outlast } from "../outlast.ts";
import type { Place } from "../places.ts";
import { Postponed } from "../postponed.ts";
import { EXPULSION_MS, reset, resetAtEnd } from "../reset.ts";
import { SocketWriter } from "../socket-writer.ts";
import { cutUnlessTaken } from "../ws/cut-unless-taken.ts";
import { textsOf } from "../ws/text-frame.ts";
import { type EngineWebSocket, webSocketOf } from "./engine-websocket.ts";

/** Between the packets of a payload (Engine.IO 4). */
const SEPARATOR = "\x1e";
/** How long it may be left unread: longer than any rest of the hub's, and less than engine.io waits for a pong. */
const UNREAD_MS = 6_000;
/** An honest client tries once. */
const MAX_UPGRADES = 2;

export interface LinkListener {
  /** A message: text, or an attachment. */
  message(data: unknown): void;
  /** Something came that means nothing to the hub, such as a ping. */
  idle(): void;
  /** More has come to wait than may. */
  flooded(): void;
  /** Once. */
  ended(reason: string): void;
  /** Nothing that was sent can arrive any more. Once, behind the end. */
  gone(): void;
}

export class EngineLink {
  readonly place: Place;
  readonly #engine: Socket;
  readonly #clock: Clock;
  #ws: EngineWebSocket | undefined;
  /** To the TCP socket of its WebSocket, until the end of that begins: one look for each member of a fan-out. */
  #wire: SocketWriter | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #cut: Timer | undefined;
  /** While nothing is read. */
  #unread: Timer | undefined;
  /** What polls have brought meanwhile. */
  readonly #postponed = new Postponed<string | Buffer | undefined>(
    (data) => {
      if (!this.#isClosing && !this.#ended) this.#listener?.message(data);
    },
    () => this.#listener?.flooded(),
  );
  /** All sockets that have carried something, as long as they are there. */
  readonly #carriers = new Set<Duplex>();
  #listener: LinkListener | undefined;
  #ended = false;
  #upgrades = 0;

  constructor(engine: Socket, place: Place, clock: Clock) {
    this.place = place;
    this.#engine = engine;
    this.#clock = clock;
  }

  get open(): boolean {
    return this.#engine.readyState === "open";
  }

  /** A WebSocket is to take over. @returns whether that was asked for seldom enough. */
  mayUpgrade(): boolean {
    this.#upgrades += 1;
    return this.#upgrades <= MAX_UPGRADES;
  }

  get bufferedBytes(): number {
    return this.#heldBytes + (this.#wire?.waitingBytes ?? 0);
  }

  listen(listener: LinkListener): void {
    this.#listener = listener;
    // A poll brings thousands at once. What stands behind the one that has ended the connection is nobody's.
    const idle = (): void => {
      if (!this.#isClosing) listener.idle();
    };
    const take = (transport: Transport): void => {
      this.#take(transport);
      this.#ws?.on("ping", idle).on("pong", idle);
    };
    take(this.#engine.transport);
    this.#engine
      .on("upgrade", take)
      // undefined: an empty message.
      .on("data", (data?: string | Buffer) => this.#postponed.take(data, data?.length ?? 0))
      .on("packet", ({ type }: { type: string }) => {
        // engine.io heeds it where it comes by a poll alone.
        if (type === "close") this.close();
        else if (type !== "message") idle();
      })
      .once("close", (reason: string) => {
        this.#cut?.cancel();
        this.#unread?.cancel();
        this.#wire = undefined;
        this.#held = [];
        this.#ended = true;
        listener.ended(reason);
        this.#tellIfGone();
      });
  }

  send(frames: Uint8Array): void {
    if (frames.length === 0) return;
    if (this.#wire !== undefined) {
      this.#wire.write(frames);
      return;
    }
    if (!this.open || this.#ws !== undefined) return;
    this.#held.push(frames);
    this.#heldBytes += frames.length;
    this.#answerPoll();
  }

  /** Only for a while. A client that polls sends when it likes: what it sends waits here. */
  pause(): void {
    if (!this.open || this.#unread !== undefined) return;
    this.#postponed.pause();
    this.#ws?.pause();
    this.#unread = this.#clock.after(UNREAD_MS, () => this.resume());
  }

  resume(): void {
    this.#unread?.cancel();
    this.#unread = undefined;
    this.#ws?.resume();
    this.#postponed.resume();
  }

  /** What was sent goes out first, but a peer that takes nothing is cut soon. */
  close(): void {
    if (!this.open) return;
    this.#cut ??= this.#clock.after(CLOSE_TIMEOUT_MS, () => this.#engine.close(true));
    // The peer's own end is to be read.
    this.resume();
    this.#closeBehindHeld();
  }

  /**
   * Nothing proves that the answer to a poll was taken: sockets that carried one are cut in any case, also after a WebSocket has taken
   * over. A client that still polls loses its connection with them, and comes back by itself if it may.
   */
  dropUntaken(): void {
    // Its echo is to be read.
    this.resume();
    const ws = this.#ws;
    const tcp = ws?.tcp;
    const polls = ws === undefined || tcp === undefined;
    if (!polls) cutUnlessTaken(ws, tcp, this.#clock);
    this.#clock.after(EXPULSION_MS, () => {
      for (const carrier of this.#carriers) if (carrier !== tcp) reset(carrier);
      if (polls) this.#engine.close(true);
    });
  }

  get #isClosing(): boolean {
    return this.#cut !== undefined;
  }

  #take(transport: Transport): void {
    this.#ws = webSocketOf(transport);
    if (this.#ws === undefined) {
      Object.assign(transport, { closeTimeout: CLOSE_TIMEOUT_MS });
      transport.on("ready", () => this.#answerPoll());
    } else {
      const { tcp } = this.#ws;
      if (tcp !== undefined) {
        resetAtEnd(tcp);
        this.#carriers.add(tcp);
        tcp.once("close", () => this.#left(tcp));
      }
      this.#wireUp(this.#ws);
      for (const frames of this.#held) this.#wire?.write(frames);
      this.#held = [];
      this.#heldBytes = 0;
      this.#closeBehindHeld();
    }
  }

  #wireUp(ws: EngineWebSocket): void {
    if (ws.readyState !== WebSocket.OPEN) return;
    const end = (): void => {
      this.#wire = undefined;
    };
    this.#wire = ws.tcp && new SocketWriter(ws.tcp);
    ws.onEnding = end;
    ws.tcp?.once("end", end).once("close", end);
  }

  /** All that has gathered as one payload, once a poll waits for it. */
  #answerPoll(): void {
    const { transport } = this.#engine;
    if (this.#held.length === 0 || this.#ws !== undefined || !transport.writable) return;
    const payload = this.#held.flatMap(textsOf).join(SEPARATOR);
    this.#held = [];
    this.#heldBytes = 0;
    this.#carry(transport);
    // engine.io puts the type before it, which our frames have already.
    transport.send([{ type: "message", data: payload.slice(1) }]);
    this.#closeBehindHeld();
  }

  #carry(transport: Transport): void {
    // engine.io keeps it under this name, and tells nobody.
    const { res: response } = transport as { res?: ServerResponse };
    const carrier = response?.req.socket;
    if (response === undefined || carrier === undefined || this.#carriers.has(carrier)) return;
    this.#carriers.add(carrier);
    outlast(response, () => this.#left(carrier));
  }

  #left(carrier: Duplex): void {
    this.#carriers.delete(carrier);
    this.#tellIfGone();
  }

  #tellIfGone(): void {
    if (this.#ended && this.#carriers.size === 0) this.#listener?.gone();
  }

  /**
   * Never in one payload: a stock client that finds the end behind events keeps those for when it is back, and then gets
   * them from the server too, since its cursor has not moved.
   */
  #closeBehindHeld(): void {
    if (this.#isClosing && this.#held.length === 0) this.#engine.close();
  }
}
