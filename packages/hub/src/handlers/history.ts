/** history → history: a page of a room that the session is in. Does not hold up what the client sends next. */
import { DEFAULT_HISTORY_EVENTS, type GetHistory, MAX_PAGE_EVENTS, refusal } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { overLimit } from "../limits/limits.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import type { ReadRange } from "../ports/room-log.ts";
import { eventMessage } from "../rooms/room.ts";

export function history(exchange: Exchange, message: GetHistory): MaybePromise<void> {
  const { engine, peer, session } = exchange;
  const { room } = message;
  if (!session.subscriptions.has(room)) {
    peer.refuse(message, refusal("not_joined"));
    return;
  }
  const waitMs = peer.allowance.historyRead();
  if (waitMs > 0) {
    peer.refuse(message, overLimit("historyReadsPerSecond", engine.telemetry, waitMs));
    return;
  }
  return whenReady(engine.access.refusal(session, { kind: "history", room }), (refused) => {
    if (refused === undefined) return peer.aside(answer(exchange, message));
    peer.refuse(message, refused);
  });
}

async function answer({ engine, peer, session }: Exchange, message: GetHistory): Promise<void> {
  const { id, room } = message;
  try {
    const read = await engine.log.read(room, rangeOf(message));
    // It may have been taken out of the room meanwhile.
    if (!session.subscriptions.has(room)) peer.refuse(message, refusal("not_joined"));
    else if (!read.ok) peer.refuse(message, read.error);
    else {
      const { epoch, top, events, more } = read.value;
      const position = { epoch, offset: top };
      peer.send({ type: "history", id, room, events: events.map(eventMessage), position, more });
    }
  } catch (error) {
    peer.fail(message, "log", error);
  }
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
