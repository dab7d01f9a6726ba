/** presence: a member's own state, told to the others. */
import { refusal, type SetPresence } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import { stateRefusal } from "../rooms/presence.ts";

export function presence({ engine, peer, session }: Exchange, message: SetPresence): MaybePromise<void> {
  const { id, room, state } = message;
  const subscription = session.subscriptions.get(room);
  if (subscription === undefined) {
    peer.refuse(message, refusal("not_joined"));
    return;
  }
  const tooLarge = stateRefusal(state, engine);
  if (tooLarge !== undefined) {
    peer.refuse(message, tooLarge);
    return;
  }
  return whenReady(engine.access.refusal(session, { kind: "presence", room }), (refused) => {
    if (refused !== undefined) {
      peer.refuse(message, refused);
      return;
    }
    subscription.room.presence.update(session.clientId, state);
    if (id !== undefined) peer.send({ type: "ack", id, room, time: engine.clock.now() });
  });
}
