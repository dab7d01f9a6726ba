/** Port: one client's socket as the hub sees it. An adapter implements it; the hub alone decides what is sent. */
import type { CloseName, DecodeFailure, Down, Result, Up } from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { Reached } from "../entering/cursor.ts";

/** How messages look on one kind of transport. One object per kind: the hub encodes once per Format, not per member. */
export interface Format {
  readonly name: string;
  /**
   * A message as whole frames, so that frames can be joined, and cut apart between messages. Empty if this kind of transport
   * does not send such messages.
   * @param at where a client is once it has taken the message, if that moves it.
   */
  encode(message: Down, at?: Reached): Uint8Array;
  /** MUST equal the frames sent one after the other. Called with two frames or more. */
  join(frames: readonly Uint8Array[]): Uint8Array;
  /** Clients come back by cursor: events of all their rooms are to reach them in the order of the log's sequence. */
  readonly inSequence?: true;
}

/** One client's socket. An adapter implements it and hands it to `hub.accept`. */
export interface Connection {
  readonly format: Format;
  /** How a message looks that goes to this connection alone, where that is not what its format says. */
  encode?(message: Down, at?: Reached): Uint8Array;
  /**
   * How far the client had come in all its rooms, if its hello resumes a session. What it has missed since is then sent in the order
   * of the log's sequence, and its welcome is encoded without `at`.
   */
  readonly cursor?: string | undefined;
  /** Where it comes from, for logs: an address, never a token. */
  readonly remote: string;
  /** "ws", "sse", … for logs and metrics. */
  readonly transport: string;
  /** Whom the adapter has found it to be before it accepted it: stands in for the token of a hello that has none. */
  readonly identity?: Identity | undefined;
  /** The hello that came over it was accepted. MUST NOT throw. */
  greeted?(): void;
  /** Bytes handed to `send` that the peer has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * MUST be synchronous, MUST NOT throw, MUST keep the order, MUST NOT change the bytes, which other connections get too.
   * MUST NOT call the inbox from within: many members are being written to. After the end: ignored.
   */
  send(frames: Uint8Array): void;
  /**
   * MUST NOT throw. What was sent before goes out first, but a peer that takes nothing is cut within CLOSE_TIMEOUT_MS.
   * @param why in the place of what the reason means in general; at most MAX_REASON_LENGTH.
   */
  close(reason: CloseName, why?: string): void;
  /**
   * What was sent so far, the close included, MUST reach the peer within EXPULSION_MS or never: the connection is cut then, unless
   * the peer has shown that it has taken all of it. Left out where nothing is ever on its way. MUST NOT throw.
   */
  dropUntaken?(): void;
  /**
   * Stops reading from the socket. What was read already is still handed in; deadlines that only reading can meet (a pong, the rest
   * of a message) MUST wait. MAY be called again.
   */
  pause?(): void;
  /** Reads on. Harmless where nothing was paused, or the socket is gone. */
  resume?(): void;
  /** It can be paused for some seconds at most: longer, and the transport would take it for dead. */
  readonly restsOnly?: true;
}

/** A frame that was decoded, or the reason why it could not be. */
export type Decoded = Result<Up, DecodeFailure>;

/** How the adapter tells that a connection comes to its end. */
export interface Ending {
  /**
   * The conversation is over, however it ended; MUST be called at least once, later calls are ignored. What was to go out with the
   * end of the turn is sent from within this call, so an adapter that closes by itself MUST call it first.
   * @param code as RFC 6455 has it: 1005 without a code, 1006 when it just vanished.
   */
  ended(code: number, reason: string): void;
  /** The socket is closed, and nothing that was sent can arrive any more. MUST be called once, behind `ended`. */
  gone(): void;
}

/** What the hub hands to the adapter for a connection. */
export interface Inbox extends Ending {
  /**
   * MUST be called in the order of arrival.
   * @param bytes of the frame.
   * @param frame a message; or, where its meaning depends on what came before, how to read it when its turn has come.
   */
  receive(frame: Decoded | (() => Decoded), bytes: number): void;
}
