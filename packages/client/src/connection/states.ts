/** Owns the words of the connection's machine: its states, what can happen to it, and what it can ask for. No logic. */
import type { Welcome } from "@roomcast/protocol";

import type { Attempt, Reason, Transport } from "./status.ts";

/** What outlives a socket. */
export interface Trail {
  /** Of the last welcome. */
  readonly resume: string | undefined;
  /** Attempts in a row that led to no stable connection. */
  readonly failures: number;
  /** When the last stable connection was lost, or the first attempt failed: wall clock, ms since 1970. */
  readonly awaySince: number | undefined;
  /** Why the last socket ended or the last attempt failed; undefined on the first attempt since `connect`. */
  readonly reason: Reason | undefined;
  /** A 4401 was answered by asking for another token; a second one before the next welcome is the end. */
  readonly renewed: boolean;
  readonly transport: Transport;
  /** Attempts in a row to which no server spoke: as when a proxy lets nothing through. */
  readonly unanswered: number;
  /** The last welcome came over a WebSocket: that none opens now is more likely the server's fault than a proxy's. */
  readonly proven: boolean;
  /** WebSockets that were tried in vain beside a stream. */
  readonly scouts: number;
}

export type FailedTrail = Trail & { readonly reason: Reason };

/** What a welcomed socket has. */
interface Live {
  readonly trail: Trail;
  readonly heartbeatMs: number;
  /** It has lasted STABLE_MS: its loss begins a new count of failures. */
  readonly stable: boolean;
}

/** Nobody wants a connection. */
export type Idle = { readonly name: "idle"; readonly resume: string | undefined; readonly reason: Reason };
/** The token function was asked. */
export type Authorising = { readonly name: "authorising"; readonly trail: Trail };
export type Opening = { readonly name: "opening"; readonly trail: Trail; readonly token: string | undefined };
/** hello is sent. */
export type Greeting = { readonly name: "greeting"; readonly trail: Trail };
export type Ready = { readonly name: "ready" } & Live;
/** A ping is sent, and anything must come before the deadline. */
export type Probing = { readonly name: "probing"; readonly woken: boolean } & Live;
/** The server goes soon; acks still come. */
export type Draining = {
  readonly name: "draining";
  readonly retryAt: number;
  readonly delayMs: number;
} & Live;
/** Until the next attempt. `retryAt`: wall clock, ms since 1970. */
export type Waiting = { readonly name: "waiting"; readonly trail: FailedTrail; readonly retryAt: number };
/** The server said that trying again is of no use. */
export type Stopped = {
  readonly name: "stopped";
  readonly resume: string | undefined;
  readonly reason: Reason;
};

export type State = Idle | Authorising | Opening | Greeting | Ready | Probing | Draining | Waiting | Stopped;
export type StateName = State["name"];

export type Event =
  | { readonly type: "connect" }
  | { readonly type: "disconnect" }
  | { readonly type: "retryNow" }
  /** The network returned, or the page is shown again. */
  | { readonly type: "wake" }
  | { readonly type: "token"; readonly token: string | undefined }
  | { readonly type: "tokenFailed"; readonly message: string }
  | { readonly type: "opened" }
  | { readonly type: "welcome"; readonly welcome: Welcome }
  /** Anything at all came from the server. */
  | { readonly type: "inbound" }
  | { readonly type: "drain"; readonly reconnectAfterMs: number }
  | { readonly type: "closed"; readonly code: number; readonly reason: string }
  /** Nothing came for the heartbeat. */
  | { readonly type: "silent" }
  | { readonly type: "deadline" }
  | { readonly type: "backoff" }
  | { readonly type: "stable" }
  /** It is time to look whether a WebSocket gets through by now. */
  | { readonly type: "scout" }
  /** One does. */
  | { readonly type: "cleared" };
export type EventName = Event["type"];

/** `silent` begins anew at each inbound message; the others run out. */
export type TimerName = "silent" | "deadline" | "backoff" | "stable" | "scout";

export type Effect =
  | { readonly type: "fetchToken" }
  | { readonly type: "openSocket"; readonly transport: Transport; readonly token: string | undefined }
  | { readonly type: "sendHello"; readonly token: string | undefined; readonly resume: string | undefined }
  | { readonly type: "sendPing" }
  /** A WebSocket beside the stream, until the session ends: when anything comes back by it, the event is `cleared`. */
  | { readonly type: "sendScout" }
  | { readonly type: "closeSocket"; readonly code: number; readonly reason: string }
  /** Replaces a running one of that name. When it ends, it is the event of that name. */
  | { readonly type: "startTimer"; readonly timer: TimerName; readonly delayMs: number }
  | { readonly type: "stopTimer"; readonly timer: TimerName }
  | { readonly type: "stopTimers" }
  | { readonly type: "beginSession"; readonly welcome: Welcome }
  /** Of a socket that hello was sent on: nothing more comes from it. */
  | { readonly type: "endSession" }
  | { readonly type: "holdPublishes" }
  /** It will not be resumed. */
  | { readonly type: "forgetSession" }
  | ({ readonly type: "attempt" } & Attempt)
  | { readonly type: "watchWake" }
  | { readonly type: "unwatchWake" };

/** What the machine may know of the world when something happens. */
export interface Circumstances {
  /** Wall clock, ms since 1970. */
  readonly nowMs: number;
  /** Evenly spread over [0, 1). */
  readonly chance: number;
  /** There is a function to ask for another token. */
  readonly renewable: boolean;
}

export type Step = readonly [State, readonly Effect[]];
