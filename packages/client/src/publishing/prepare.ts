/** Owns the check of what is about to be sent: by the contract, then as the server will read it. Same codes as there. */
import {
  type Contract,
  decodeUp,
  encodeUp,
  err,
  MAX_MESSAGE_BYTES,
  ok,
  type Publish,
  refusal,
  type Result,
  type Up,
} from "@roomcast/protocol";

import { type Failure, failureOf } from "../failure.ts";
import type { PublishOptions } from "./publish.ts";

/** A message as it goes on the wire, printed once: what is repeated is what was sent. */
export interface Prepared<Message extends Up = Publish> {
  readonly message: Message;
  readonly frame: string;
}

const utf8 = new TextEncoder();

/** What an application publishes, by its contract. */
export function preparePublish(
  contract: Contract,
  room: string,
  event: string,
  data: unknown,
  { id, echo, to }: PublishOptions & { readonly id: string },
): Result<Prepared, Failure> {
  const checked = contract.check(event, data, "anyone");
  if (!checked.ok) return err(failureOf(checked.error));
  return printPublish({
    ...{ id, room, event, data: checked.value.data },
    ...(echo === false && { echo }),
    ...(to !== undefined && { to }),
  });
}

/** Without the contract, which has seen it already. An event without data has null: JSON knows no undefined. */
export const printPublish = (asked: Omit<Publish, "type">): Result<Prepared, Failure> =>
  print({ type: "publish", ...asked, data: asked.data ?? null });

/** A frame that the server would close the socket for, or take for something else, is never sent. */
export function print<Message extends Up>(message: Message): Result<Prepared<Message>, Failure> {
  let frame: string;
  try {
    frame = encodeUp(message);
  } catch {
    return err(failureOf(refusal("invalid_data", "it cannot be printed as JSON")));
  }
  const { length } = utf8.encode(frame);
  if (length > MAX_MESSAGE_BYTES) {
    return err(
      failureOf(refusal("too_large", `a message is at most ${MAX_MESSAGE_BYTES} bytes, not ${length}`)),
    );
  }
  const decoded = decodeUp(frame);
  if (!decoded.ok) return err(failureOf(decoded.error));
  return ok({ message: decoded.value as Message, frame });
}
