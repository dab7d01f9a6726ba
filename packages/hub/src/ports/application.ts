/** Owns the hook for an application's own logic: it sees an event before the log does, and knows no transport. */
import { type ErrorCode, type From, type Refusal, refusal } from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { MaybePromise } from "../maybe-promise.ts";

/** An event that somebody wants to publish; it fits the contract and is allowed by the policy. */
export interface IncomingEvent<Data = unknown> {
  readonly room: string;
  readonly event: string;
  readonly data: Data;
  readonly id: string;
  readonly from: From;
  readonly identity: Identity;
  /** The one member it is meant for, if it is direct. */
  readonly to?: string;
}

/** The publisher gets this as an error. */
export interface Refused {
  readonly kind: "refuse";
  readonly refusal: Refusal;
}

/** What becomes of it. */
export type Outcome =
  | { readonly kind: "accept" }
  /** Published with this data instead, and under another name where one is given. */
  | { readonly kind: "change"; readonly data: unknown; readonly event?: string }
  | Refused
  /** Not published; the publisher's ack carries the answer. */
  | { readonly kind: "answer"; readonly answer: unknown };

/** Returning nothing accepts. Throwing refuses with `internal`, and is reported. */
export type EventHandler<Data = unknown> = (event: IncomingEvent<Data>) => MaybePromise<Outcome | void>;

/** The event is published as it is. */
export const accept: Outcome = { kind: "accept" };
/** The event is published with this data instead, which the contract checks again. */
export const change = (data: unknown): Outcome => ({ kind: "change", data });
/** With no value it is done, and there is nothing to say. */
export const answer = (value?: unknown): Outcome => ({ kind: "answer", answer: value });
/**
 * Another event takes the place of this one: to the same members, under the same id and acked with its position, so that
 * a repeated publish is no second event. It may be one that only the server publishes.
 */
export const instead = (event: string, data: unknown): Outcome => ({ kind: "change", event, data });
/** @param message for the developer at the other end. */
export const refuse = (message: string, code: ErrorCode = "forbidden"): Refused => ({
  kind: "refuse",
  refusal: refusal(code, message),
});
