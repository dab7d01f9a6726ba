/** Owns why something did not work, seen from the client: the server's refusals, and the few of the client's own. */
import {
  type ErrorCode,
  ERROR_CODES,
  type ErrorMessage,
  type Imposed,
  type Refusal,
  type Retry,
} from "@roomcast/protocol";

/** Codes that the client gives by itself, beside those of the protocol. */
export const CLIENT_CODES = {
  unknown: { retry: "same_id", meaning: "no answer came; it was sent, and may or may not have been kept" },
  unsent: { retry: "same_id", meaning: "it could not be sent in time; nobody has seen it" },
  discarded: { retry: "no", meaning: "given up before it was answered; it may or may not have been kept" },
  outbox_full: { retry: "same_id", meaning: "too many publishes of this room are pending already" },
  not_connected: { retry: "same_id", meaning: "there is no connection to the room now" },
  timeout: { retry: "same_id", meaning: "the server did not answer in time" },
} as const satisfies Record<string, { retry: Retry; meaning: string }>;

/** A code that the client gives by itself. */
export type ClientCode = keyof typeof CLIENT_CODES;

/** Why something did not work. */
export interface Failure {
  /** One of the protocol's error codes, or the client's own. */
  readonly code: ErrorCode | ClientCode;
  /** For a developer to read. */
  readonly message: string;
  /** Whether the same, under the same id, may work another time. */
  readonly retry: Retry;
  /** When the server asks to wait. */
  readonly retryAfterMs?: number;
  /** What a moderator has imposed, where that is why. */
  readonly imposed?: Imposed;
}

export const failure = (code: ClientCode): Failure => ({
  code,
  message: CLIENT_CODES[code].meaning,
  retry: CLIENT_CODES[code].retry,
});

export function failureOf(refusal: Refusal | ErrorMessage): Failure {
  const { code, message, retryAfterMs, imposed } = refusal;
  const retry = "retry" in refusal ? refusal.retry : ERROR_CODES[code].retry;
  return {
    ...{ code, message, retry },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(imposed !== undefined && { imposed }),
  };
}
