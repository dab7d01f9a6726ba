/** Owns why something did not work, seen from the client: the server's refusals, and the few of the client's own. */
import type { ErrorCode, Refusal } from "@roomcast/protocol";

export const CLIENT_CODES = {
  unknown: "no answer came in time; it was sent, and may or may not have been kept",
  unsent: "it could not be sent in time; nobody has seen it",
  discarded: "the application gave it up before it was answered; it may or may not have been kept",
  outbox_full: "too many publishes of this room wait for an answer already",
  not_connected: "there is no connection to the room now",
  timeout: "the server did not answer in time",
} as const satisfies Record<string, string>;

export type ClientCode = keyof typeof CLIENT_CODES;

export interface Failure {
  /** One of the protocol's error codes, or the client's own. */
  readonly code: ErrorCode | ClientCode;
  /** For a developer to read. */
  readonly message: string;
  /** When the server asks to wait. */
  readonly retryAfterMs?: number;
}

export const failure = (code: ClientCode): Failure => ({ code, message: CLIENT_CODES[code] });

export const failureOf = ({ code, message, retryAfterMs }: Refusal): Failure =>
  retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs };
