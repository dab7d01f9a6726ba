/**
 * Owns one answer to a request that goes on as a stream of events: its head, its heartbeats, its end. The hub writes to
 * it as to any connection. Must not know what the events are.
 */
import type { Connection, Ending, Format, Identity } from "@roomcast/hub";
import { CLOSE_CODES, type CloseName } from "@roomcast/protocol";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { GIVEN_AWAY, type Place } from "../places.ts";
import { outlast } from "../outlast.ts";
import { reset } from "../reset.ts";
import { STREAM_HEAD } from "./stream-head.ts";

/** Its socket is of no further use. */
const HEAD = { ...STREAM_HEAD, Connection: "close" };

/** The system's own probes find out a peer that has vanished. They begin after so long without traffic. */
const KEEP_ALIVE_MS = 10_000;

/** What is told in a stream besides the hub's messages. */
export interface StreamWords {
  /** Goes first. */
  readonly opening: string;
  /** Shows that the stream lives. */
  readonly heartbeat: string;
  /** Goes last. */
  readonly closing: (code: number, reason: string) => string;
}

/** Read on, or not for a while. */
type Pausable = Required<Pick<Connection, "pause" | "resume">>;

export interface StreamOptions {
  readonly transport: string;
  readonly format: Format;
  readonly words: StreamWords;
  readonly identity?: Identity | undefined;
  readonly place: Place;
  /** Called once, when the answer has ended or the peer is gone. */
  readonly onEnded: (stream: EventStream) => void;
  /** Called when it was closed, and the peer has yet to take the rest. */
  readonly onClosing: (stream: EventStream) => void;
  /** Called when what is on its way to the peer has to be dropped. */
  readonly onDropping: (stream: EventStream) => void;
}

export class EventStream implements Connection {
  readonly format: Format;
  readonly transport: string;
  readonly place: Place;
  readonly identity: Identity | undefined;
  readonly #response: ServerResponse;
  readonly #words: StreamWords;
  readonly #socket: Socket;
  readonly #onClosing: (stream: EventStream) => void;
  readonly #onDropping: (stream: EventStream) => void;
  #inbox: Ending | undefined;
  #upwards: Pausable | undefined;
  #ended = false;
  #gone = false;

  constructor(
    response: ServerResponse,
    socket: Socket,
    { transport, format, words, identity, place, onEnded, onClosing, onDropping }: StreamOptions,
  ) {
    this.format = format;
    this.transport = transport;
    this.identity = identity;
    this.#response = response;
    this.#words = words;
    this.#socket = socket;
    this.#onClosing = onClosing;
    this.#onDropping = onDropping;
    this.place = place;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    response.once("close", () => {
      this.#ended = true;
      onEnded(this);
      this.#inbox?.ended(1006, "");
    });
    outlast(response, () => {
      this.#gone = true;
      this.#inbox?.gone();
    });
  }

  get remote(): string {
    return this.place.remote;
  }

  greeted(): void {
    this.place.keep();
  }

  /** Somebody else needs the place. */
  giveWay(): void {
    this.#inbox?.ended(CLOSE_CODES.tooMany.code, GIVEN_AWAY);
    this.close("tooMany");
  }

  /** Its end has come, or is on its way. */
  get isOver(): boolean {
    return this.#ended || this.#response.writableEnded;
  }

  get bufferedBytes(): number {
    return this.#response.writableLength;
  }

  /**
   * What was sent before has gone out, or goes out; the end is told also when it has come already.
   * @param upwards what comes from the peer, where something does.
   */
  listen(inbox: Ending, upwards?: Pausable): void {
    this.#inbox = inbox;
    this.#upwards = upwards;
    if (this.#ended) inbox.ended(1006, "");
    else this.open();
    if (this.#gone) inbox.gone();
  }

  /** The head goes out with the first event, or when there is none. */
  open(): void {
    if (this.#response.headersSent || this.#ended) return;
    this.#response.writeHead(200, HEAD);
    this.#response.write(this.#words.opening);
  }

  send(frames: Uint8Array): void {
    if (this.isOver || frames.length === 0) return;
    this.open();
    this.#response.write(frames);
  }

  beat(): void {
    const { headersSent, writableEnded } = this.#response;
    if (headersSent && !writableEnded) this.#response.write(this.#words.heartbeat);
  }

  close(name: CloseName, why?: string): void {
    const { code, meaning } = CLOSE_CODES[name];
    this.end(this.#words.closing(code, why ?? meaning));
  }

  /** What comes by requests has come already, and is not to wait for long. */
  readonly restsOnly = true;

  pause(): void {
    this.#upwards?.pause();
  }

  resume(): void {
    this.#upwards?.resume();
  }

  /** The peer of a stream cannot prove what it has taken, so the stream is cut in any case. It comes back if it may. */
  dropUntaken(): void {
    this.#onDropping(this);
  }

  /** @param lastWords that go out behind everything else. */
  end(lastWords = ""): void {
    if (this.isOver) return;
    this.open();
    this.#response.end(lastWords);
    this.#onClosing(this);
  }

  /** The peer has had its time; what the system still holds for it goes too. */
  cut(): void {
    reset(this.#socket);
  }
}
