/** Owns the one table of error codes, for every transport. `retry` says whether repeating under the same id can help. */
import { MAX_ERROR_MESSAGE_LENGTH } from "./limits.ts";
import type { Imposed } from "./messages/imposed.ts";

/** By code: whether the same request may be repeated, its status in HTTP, and what it means. */
export const ERROR_CODES = {
  bad_message: { retry: "no", status: 400, meaning: "the message has not the shape that its type asks for" },
  unknown_type: { retry: "no", status: 400, meaning: "no message of this type is known here" },
  hello_required: { retry: "no", status: 400, meaning: "the first message must be hello" },
  protocol_unsupported: { retry: "no", status: 400, meaning: "this protocol version is not spoken here" },
  unauthorised: { retry: "no", status: 401, meaning: "a valid token is needed" },
  forbidden: { retry: "no", status: 403, meaning: "not allowed" },
  not_joined: { retry: "no", status: 403, meaning: "join the room first" },
  not_found: { retry: "no", status: 404, meaning: "nothing is served under this path" },
  unknown_member: { retry: "no", status: 404, meaning: "no such client is in the room" },
  bad_room: { retry: "no", status: 400, meaning: "a room name is 1–128 of A–Z a–z 0–9 _ . : -" },
  bad_event: {
    retry: "no",
    status: 400,
    meaning: "an event name is a–z, then up to 63 of A–Z a–z 0–9 _ . -, and known to a strict contract",
  },
  reserved_event: { retry: "no", status: 400, meaning: "this event name belongs to the protocol" },
  invalid_data: { retry: "no", status: 400, meaning: "the data does not fit the event's schema" },
  too_large: { retry: "no", status: 413, meaning: "larger than allowed" },
  too_many: { retry: "no", status: 429, meaning: "more than allowed of this kind" },
  quota: { retry: "no", status: 429, meaning: "a quota is used up" },
  overloaded: { retry: "same_id", status: 503, meaning: "too much at once; repeat later under the same id" },
  storage_full: { retry: "same_id", status: 503, meaning: "the store has no space left; nothing was kept" },
  storage_unavailable: {
    retry: "same_id",
    status: 503,
    meaning: "the store does not answer; nothing was kept",
  },
  id_expired: { retry: "no", status: 409, meaning: "the id is older than the server remembers" },
  epoch_mismatch: { retry: "no", status: 409, meaning: "the position belongs to another life of the room" },
  internal: { retry: "same_id", status: 503, meaning: "the server failed; the outcome is unknown" },
} as const satisfies Record<string, { retry: Retry; status: number; meaning: string }>;

/** Whether a request may be repeated: not at all, or as it is under its id. */
export type Retry = "no" | "same_id";
/** A code of that table. A newer server may send others. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Why something was refused: a value, to be sent as `error`, as an HTTP error body or as a failed ack. */
export interface Refusal {
  readonly code: ErrorCode;
  /** For a developer to read, at most MAX_ERROR_MESSAGE_LENGTH; never holds what another client sent. */
  readonly message: string;
  readonly retryAfterMs?: number;
  readonly imposed?: Imposed;
  /** Too much was asked for by this client, and not of the server by all: HTTP tells the two apart. */
  readonly isOwnExcess?: true;
}

/** A refusal as it is told, whatever the transport. */
export interface ErrorFields extends Omit<Refusal, "isOwnExcess"> {
  readonly retry: Retry;
}

/** @param text for a developer to read; default: the meaning of the code. @param retryAfterMs how long to wait before it may help to try again. */
export function refusal(
  code: ErrorCode,
  text: string = ERROR_CODES[code].meaning,
  retryAfterMs?: number,
): Refusal {
  // A validator may quote the whole value that it was given.
  const message = text.slice(0, MAX_ERROR_MESSAGE_LENGTH);
  return retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs };
}

const TOO_MANY_REQUESTS = 429;

/** The status over HTTP. */
export const statusOf = ({ code, isOwnExcess }: Refusal): number =>
  isOwnExcess === true ? TOO_MANY_REQUESTS : ERROR_CODES[code].status;

/** @param reason may have more to it than is told. */
export const errorFields = ({ code, message, retryAfterMs, imposed }: Refusal): ErrorFields => ({
  ...{ code, message, retry: ERROR_CODES[code].retry },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
  ...(imposed !== undefined && { imposed }),
});
