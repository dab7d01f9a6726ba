/** Owns one publish on its way: what is known of it, and how it looks to the application and in the storage. */
import { ok, PUBLISH_HORIZON_MS, type Result } from "@roomcast/protocol";

import type { Failure } from "../failure.ts";
import type { Clock } from "../platform/ports.ts";
import type { StoredPublish } from "../storage/client-storage.ts";
import { type Prepared, printPublish } from "./prepare.ts";
import type { PendingPublish, PublishResult } from "./publish.ts";

export interface Entry {
  readonly prepared: Prepared;
  /** Wall clock, ms since 1970. */
  readonly createdAt: number;
  /** Monotonic ms: without an answer by then it has failed. */
  readonly deadline: number;
  readonly promise: Promise<PublishResult>;
  readonly settle: (result: PublishResult) => void;
  state: "queued" | "sent" | "failed";
  /** The user as whom it was sent last; missing while nobody can have seen it. */
  sentAs: string | undefined;
  /** A sending has had no answer: it may have been kept, whatever a later one is told. */
  unanswered: boolean;
  /** The user that the storage has as `sentAs`. */
  savedAs: string | undefined;
  saving: boolean;
  failure: Failure | undefined;
}

export function newEntry(
  prepared: Prepared,
  clock: Clock,
  createdAt = clock.now(),
  horizonMs = PUBLISH_HORIZON_MS,
): Entry {
  const { promise, resolve } = Promise.withResolvers<PublishResult>();
  return {
    ...{ prepared, createdAt, promise },
    deadline: clock.monotonicMs() + horizonMs,
    settle: resolve,
    ...{ state: "queued", unanswered: false, saving: false },
    ...{ sentAs: undefined, savedAs: undefined, failure: undefined },
  };
}

/** What goes on the wire when it is retried: if it was sent before, the server has to know how long ago. */
export function repetition({ prepared, createdAt, sentAs }: Entry, clock: Clock): Result<Prepared, Failure> {
  if (sentAs === undefined) return ok(prepared);
  return printPublish({ ...prepared.message, age: Math.max(0, clock.now() - createdAt) });
}

/** What an earlier life of the program left; undefined for what this version cannot send. */
export function restored(publish: StoredPublish, clock: Clock): Entry | undefined {
  const { id, room, event, data, echo, to, createdAt, sentAs, failed } = publish;
  const options = { ...(echo === false && { echo }), ...(to !== undefined && { to }) };
  const printed = printPublish({ id, room, event, data, ...options });
  if (!printed.ok) return undefined;
  // The wall clock may have jumped since; it can only shorten the time that is left.
  const left = Math.min(PUBLISH_HORIZON_MS, createdAt + PUBLISH_HORIZON_MS - clock.now());
  const entry = newEntry(printed.value, clock, createdAt, left);
  entry.sentAs = entry.savedAs = sentAs;
  entry.unanswered = sentAs !== undefined;
  if (failed !== undefined) {
    entry.state = "failed";
    entry.failure = failed;
  }
  return entry;
}

export function stored(entry: Entry, sentAs: string | undefined): StoredPublish {
  const { id, room, event, data, echo, to } = entry.prepared.message;
  return {
    ...{ id, room, event, data, createdAt: entry.createdAt },
    ...(echo === false && { echo }),
    ...(to !== undefined && { to }),
    ...(sentAs !== undefined && { sentAs }),
    ...(entry.failure !== undefined && { failed: entry.failure }),
  };
}

export function shown({ prepared, createdAt, state, failure }: Entry): PendingPublish {
  const { id, event, data, to } = prepared.message;
  return {
    ...{ id, event, data, createdAt, state: state === "failed" ? "failed" : "sending" },
    ...(to !== undefined && { to }),
    ...(failure !== undefined && { error: failure }),
  };
}
