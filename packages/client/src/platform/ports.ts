/** Ports: time, chance, sockets, and the page or process around the client. real-ports.ts has the real ones. */

export interface Timer {
  /** MUST be harmless when the timer has fired or was cancelled. */
  cancel(): void;
}

/** Port: time. */
export interface Clock {
  /** Wall clock, ms since 1970. For stamps only: it may jump. */
  now(): number;
  /** Ms since an arbitrary start. MUST never go backwards. For durations. */
  monotonicMs(): number;
  /** MUST call `run` once, not before `delayMs` have passed, never within this call. */
  after(delayMs: number, run: () => void): Timer;
}

/** Port: chance. */
export interface Random {
  /** 128 bits that nobody can guess, as 22 characters of A–Z a–z 0–9 _ -. */
  id(): string;
  /** Evenly spread over [0, 1). Need not be unguessable. */
  fraction(): number;
}

/** Port: a connection that carries text frames. */
export interface Socket {
  /** MUST NOT throw; after the end it is ignored. */
  send(text: string): void;
  /** MUST NOT throw. After it, nothing more is told to the listener. */
  close(code: number, reason: string): void;
}

/** MUST be called later than the opening call, in the order of what happens, and never after `closed`. */
export interface SocketListener {
  opened(): void;
  /** Text frames only. */
  received(text: string): void;
  /** However it ended; also when it never opened. @param code as RFC 6455 has it: 1006 when it just vanished. */
  closed(code: number, reason: string): void;
}

/** Where to, and as whom. */
export interface Dial {
  readonly url: string;
  /** For whoever can show it before the socket opens; hello says it again. */
  readonly token: string | undefined;
}

/** Begins to open a socket. MUST NOT throw: one that cannot be opened is `closed`. */
export type OpenSocket = (dial: Dial, listener: SocketListener) => Socket;

/** All that the client asks of the world around it. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  /** A WebSocket. */
  readonly openSocket: OpenSocket;
  /** A socket made of plain requests, for where WebSockets are blocked. */
  readonly openStream: OpenSocket;
  /** Calls `wake` when the network returned or the page is shown again. Answers how to stop. */
  readonly onWake: (wake: () => void) => () => void;
  /** The origin of the page, for a URL without one; undefined where there is no page. */
  readonly origin: string | undefined;
  /** Where an error goes that nobody else takes. */
  readonly report: (error: unknown) => void;
}
