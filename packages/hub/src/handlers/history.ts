/** history → history: a page of a room that the session is in. Does not hold up what the client sends next. */
import { DEFAULT_HISTORY_EVENTS, type GetHistory, MAX_PAGE_EVENTS, refusal } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import { eventMessage } from "../room.ts";
import type { ReadRange } from "../room-log.ts";

export function history({ engine, peer, session }: Exchange, message: GetHistory): MaybePromise<void> {
  const { id, room } = message;
  if (!session.subscriptions.has(room)) {
    peer.refuse(message, refusal("not_joined"));
    return;
  }
  return whenReady(engine.policy.authorise(session.identity, { kind: "history", room }), (refused) => {
    if (refused !== undefined) {
      peer.refuse(message, refused);
      return;
    }
    void engine.log.read(room, rangeOf(message)).then((read) => {
      if (!read.ok) {
        peer.refuse(message, read.error);
        return;
      }
      const { epoch, top, events, more } = read.value;
      peer.send({
        type: "history",
        id,
        room,
        events: events.map(eventMessage),
        position: { epoch, offset: top },
        more,
      });
    });
  });
}

/** What a client may ask for, with the defaults and the bounds of PROTOCOL.md. */
export function rangeOf(asked: {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
}): ReadRange {
  const { after, before, limit = DEFAULT_HISTORY_EVENTS } = asked;
  return {
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    limit: Math.min(limit, MAX_PAGE_EVENTS),
  };
}
