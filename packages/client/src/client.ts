/** Owns what an application sees of its one connection, and how it is made. */
import type { Contract, Result } from "@roomcast/protocol";

import type { Attempt, Status } from "./connection/status.ts";
import type { Failure } from "./failure.ts";
import type { OpenContract } from "./open-contract.ts";
import type { Ports } from "./platform/ports.ts";
import type { Room, RoomOptions, Unsubscribe } from "./rooms/room.ts";
import type { ClientStorage } from "./storage/client-storage.ts";

/** All of them have defaults. */
export interface ClientOptions<C extends Contract = OpenContract> {
  /** Default: an open contract without events. */
  readonly contract?: C;
  /** A bearer token, or how to get one; the function is called before every attempt. Default: a guest. */
  readonly token?: string | (() => string | Promise<string>);
  /** What a person is called, at most 64 characters. Default: none. */
  readonly name?: string;
  /** Keeps the session and what has no ack over a restart of the program. Default: nothing outlives it. */
  readonly storage?: ClientStorage | undefined;
  /** Gets what handlers and listeners throw, and what a server sends that is no message. Default: the console. */
  readonly onError?: (error: unknown) => void;
  /** The outside world. Default: the real one. */
  readonly ports?: Partial<Ports>;
}

/** One connection to a server, which it keeps by itself, and the rooms that it is in. */
export interface Client<C extends Contract = OpenContract> {
  readonly status: Status;
  onStatus(listener: (status: Status) => void): Unsubscribe;
  /** Each attempt to connect, as it opened or failed. */
  onAttempt(listener: (attempt: Attempt) => void): Unsubscribe;

  /** Given by the server; stays the same when a session resumes. Undefined before the first welcome. */
  readonly clientId: string | undefined;
  /** The token's subject, or `guest:<clientId>`. */
  readonly user: string | undefined;
  /** Of the last ping, in ms. */
  readonly rttMs: number | undefined;
  readonly server: { readonly name: string; readonly version: string; readonly node: string } | undefined;

  /** Joins, now and after every reconnect. The same object for the same name until it is left. */
  room(name: string, options?: RoomOptions): Room<C>;
  readonly rooms: readonly Room<C>[];

  /** Undoes `disconnect()`, or tries again after a final end. Otherwise it does nothing. */
  connect(): void;
  /** Closes with 1000: the other members see it leave at once. Rooms and publishes are kept for `connect()`. */
  disconnect(): void;
  /** Ends the wait before the next attempt. */
  retryNow(): void;
  /** Gives the server a new token for the same session, before the old one expires. */
  refresh(token: string): Promise<Result<undefined, Failure>>;
}
