/** Owns how the connection looks from outside: four states, whatever goes on inside. */
import type { Draining, Probing, Ready, State } from "./states.ts";

/** A WebSocket; or, where those are blocked, a stream of events and requests. */
export type Transport = "ws" | "sse";

/** Why a connection ended, or an attempt failed. */
export interface Reason {
  readonly cause:
    /** `disconnect()` was called, or `connect()` not yet. */
    | "requested"
    /** The socket was closed: `code` says how. 1006: it vanished, or never opened. */
    | "closed"
    /** The server announced that it goes. */
    | "drain"
    /** Nothing came any more, not even an answer to a ping. */
    | "silence"
    /** The attempt took too long. */
    | "timeout"
    /** The token function failed. */
    | "token"
    /** A WebSocket gets through again, and is taken. */
    | "transport";
  /** The WebSocket close code. */
  readonly code?: number;
  /** For people: the close reason of the server, or a sentence of the client's own. */
  readonly message: string;
}

/** How the connection is. */
export type Status =
  /** The first attempt since `connect()` is under way. */
  | { readonly state: "connecting" }
  | {
      readonly state: "connected";
      readonly transport: Transport;
      /** The network returned or the page was shown again: whether the socket has lived through it is being asked. */
      readonly checking: boolean;
      /** The server will go soon; a reconnect follows. */
      readonly draining: boolean;
    }
  | {
      readonly state: "reconnecting";
      /** The number of the attempt that is under way or comes next; 1 is the first one after a stable connection. */
      readonly attempt: number;
      /** This client's clock, ms since 1970; null while the attempt is under way. */
      readonly retryAt: number | null;
      readonly reason: Reason;
    }
  | {
      readonly state: "disconnected";
      readonly reason: Reason;
      /** The server said that trying again is of no use. `connect()` tries all the same. */
      readonly final: boolean;
    };

/** What became of one attempt to connect. */
export type Attempt =
  | { readonly attempt: number; readonly outcome: "opened" }
  | { readonly attempt: number; readonly outcome: "failed"; readonly reason: Reason };

type Connected = Ready | Probing | Draining;

export function statusOf(state: State): Status {
  switch (state.name) {
    case "idle":
      return { state: "disconnected", reason: state.reason, final: false };
    case "stopped":
      return { state: "disconnected", reason: state.reason, final: true };
    case "authorising":
    case "opening":
    case "greeting": {
      const { reason, failures } = state.trail;
      if (reason === undefined) return { state: "connecting" };
      return { state: "reconnecting", attempt: failures + 1, retryAt: null, reason };
    }
    case "ready":
      return connected(state);
    case "probing":
      return connected(state, { checking: state.woken });
    case "draining":
      return connected(state, { draining: true });
    case "waiting": {
      const { reason, failures } = state.trail;
      return { state: "reconnecting", attempt: failures + 1, retryAt: state.retryAt, reason };
    }
  }
}

const connected = (
  { trail }: Connected,
  what: { readonly checking?: boolean; readonly draining?: boolean } = {},
): Status => ({ state: "connected", transport: trail.transport, checking: false, draining: false, ...what });

/** Whether nobody outside could tell the two apart. */
export function sameStatus(one: Status, other: Status): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
