/** refresh: a new token for the same session, in place. What it lets do counts at once. */
import { type Refresh, refusal } from "@roomcast/protocol";

import { leaveForbidden } from "../access/expelling.ts";
import type { Exchange } from "../engine.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";

export function refresh(exchange: Exchange, message: Refresh): MaybePromise<void> {
  const { engine, peer, session } = exchange;
  return whenReady(engine.access.authenticate(message.token), async (checked) => {
    // The session has gone on elsewhere meanwhile, as whom its newer socket says, or has ended.
    if (session.peer !== peer) return;
    if (!checked.ok) {
      peer.refuse(message, checked.error);
      return;
    }
    if (checked.value.user !== session.identity.user) {
      peer.refuse(message, refusal("unauthorised", "the token is of another user"));
      return;
    }
    const banned = engine.access.entry({ identity: checked.value, from: session.from });
    if (banned !== undefined) {
      peer.refuse(message, banned);
      return;
    }
    // The policy is asked about each.
    peer.allowance.rooms(session.subscriptions.size);
    session.identity = checked.value;
    peer.watchExpiry();
    await leaveForbidden(exchange);
    if (message.id !== undefined) peer.send({ type: "ack", id: message.id, time: engine.clock.now() });
  });
}
