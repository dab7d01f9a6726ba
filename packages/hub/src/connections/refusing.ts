/** Owns how a request is refused: which one is answered, and with what. */
import { ERROR_CODES, errorFields, type ErrorMessage, type Refusal, type Retry } from "@roomcast/protocol";

/** What a refusal answers: an `id` where the request had one, the `room` where it named one. */
export interface Asked {
  readonly type?: string;
  readonly id?: string;
  readonly room?: string;
}

/** @param request any message, or what is known of one that could not be read. */
export function askedBy(request: object): Asked {
  const { type, id, room } = request as Asked;
  return {
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(room !== undefined && { room }),
  };
}

export const retryOf = ({ code }: Refusal): Retry => ERROR_CODES[code].retry;

export const errorFor = ({ id, room }: Asked, reason: Refusal): ErrorMessage => ({
  type: "error",
  ...(id !== undefined && { id }),
  ...(room !== undefined && { room }),
  ...errorFields(reason),
});
