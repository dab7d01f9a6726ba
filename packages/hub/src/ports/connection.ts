/** Port: one client's socket as the hub sees it. An adapter implements it; the hub alone decides what is sent. */
import type { CloseName, DecodeFailure, Down, Result, Up } from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { Reached } from "../entering/cursor.ts";

/** How messages look on one kind of transport. One object per kind: the hub encodes once per Format, not per member. */
export interface Format {
  readonly name: string;
  /**
   * Whole frames: two frames joined are two messages, and a cut between frames cuts no message. Nothing at all, when
   * this kind of transport does not tell such a message.
   * @param at where a reader is that has taken it, for what the log keeps.
   */
  encode(message: Down, at?: Reached): Uint8Array;
  /** MUST equal the frames sent one after the other. Called with two frames or more. */
  join(frames: readonly Uint8Array[]): Uint8Array;
  /** Its readers come back by cursor: what their rooms keep must be written in the order of the log's sequence. */
  readonly inSequence?: true;
}

export interface Connection {
  readonly format: Format;
  /** How a message looks that goes to this connection alone, where that is not what its format says. */
  encode?(message: Down, at?: Reached): Uint8Array;
  /**
   * Up to where the client has had all its rooms, if its hello resumes a session. What it missed is then sent, and a welcome
   * that says nothing of where the reader is.
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
   * What was sent so far, the end included, reaches the peer within EXPULSION_MS or never: the connection is cut with it unless
   * the peer has shown by then that it took all of it. Missing where nothing is ever on its way. MUST NOT throw.
   */
  dropUntaken?(): void;
  /**
   * Reads no more from the socket: what is not handled yet is handed in as before, and nothing is due that only reading would
   * bring. MAY be called again.
   */
  pause?(): void;
  /** Reads on. Harmless where nothing was paused, or the socket is gone. */
  resume?(): void;
  /** It can be paused for some seconds at most: longer, and the transport would take it for dead. */
  readonly restsOnly?: true;
}

/** A frame that was decoded, or the reason why it could not be. */
export type Decoded = Result<Up, DecodeFailure>;

/** By which the adapter tells how a connection comes to its end. */
export interface Ending {
  /**
   * The conversation is over, however it ended; MUST be called at least once, later calls are ignored. From within it is sent what
   * was to go out with the end of the turn: an adapter that closes by itself calls it before it does.
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
   * @param frame a function where what it means depends on what came before: it is read when its turn has come.
   */
  receive(frame: Decoded | (() => Decoded), bytes: number): void;
}
