/** refresh: a new token for the same session, in place. */
import { type Refresh, refusal } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";

export function refresh({ engine, peer, session }: Exchange, message: Refresh): MaybePromise<void> {
  return whenReady(engine.policy.authenticate(message.token), (checked) => {
    if (!checked.ok) {
      peer.refuse(message, checked.error);
      return;
    }
    if (checked.value.user !== session.identity.user) {
      peer.refuse(message, refusal("unauthorised", "the token is of another user"));
      return;
    }
    session.identity = checked.value;
    peer.watchExpiry();
    if (message.id !== undefined) peer.send({ type: "ack", id: message.id, time: engine.clock.now() });
  });
}
