/** Owns what an application says and hears when it publishes. Must not know how a publish travels. */
import type { Position } from "@roomcast/protocol";

import type { Failure } from "../failure.ts";

/** All of them have defaults. */
export interface PublishOptions {
  /** false: not handed back to this client; its ack stands for it. Default true. */
  readonly echo?: boolean;
  /** The clientId of the one member who shall get it; it is then not kept. */
  readonly to?: string;
  /** At most 64 characters, unique per room and user. Default: 128 random bits. */
  readonly id?: string;
}

/** What became of a publish: always a value, never a throw. */
export type PublishResult = Published | NotPublished;

/** It was acked. */
export interface Published {
  readonly ok: true;
  readonly id: string;
  /** The server's clock, ms since 1970. */
  readonly time: number;
  /** Where it stands in the room's log; missing on what is not kept (ephemeral, direct, answered). */
  readonly position?: Position;
  /** An earlier sending of the same id had arrived already; nothing was delivered twice. */
  readonly duplicate: boolean;
  /** Of a direct publish: whether it was handed to that member's socket. */
  readonly delivered?: boolean;
  /** What the application at the server answered instead of publishing. */
  readonly answer?: unknown;
}

/** It was refused, or nobody knows (`unknown`). */
export interface NotPublished extends Failure {
  readonly ok: false;
  readonly id: string;
}

/** A publish that has no ack yet, or that failed and waits for `retry` or `discard`. */
export interface PendingPublish {
  readonly id: string;
  readonly event: string;
  /** As it goes on the wire. */
  readonly data: unknown;
  /** This client's clock, ms since 1970. */
  readonly createdAt: number;
  readonly state: "sending" | "failed";
  readonly to?: string;
  /** Why it failed; missing while sending. */
  readonly error?: Failure;
}
