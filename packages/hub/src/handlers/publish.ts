/** publish → ack. The ack stands in the order of offsets between the events of the room, and never before the commit. */
import { type Publish, type Refusal, refusal } from "@roomcast/protocol";

import { admit } from "../admission.ts";
import { type AdmittedEvent, deliver, type Receipt } from "../delivering.ts";
import type { Exchange } from "../engine.ts";
import { beyond } from "../limits.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import { retryOf } from "../refusing.ts";

/** What a publish that waits for the log holds besides its data, about. */
const OVERHEAD_BYTES = 256;
/** The log settles in milliseconds, or is in trouble. */
const UNSETTLED_RETRY_MS = 250;

export function publish(exchange: Exchange, message: Publish): MaybePromise<void> {
  const { engine, peer, session } = exchange;
  const { id, room, event, data, to, age } = message;
  const subscription = session.subscriptions.get(room);
  if (subscription === undefined) {
    peer.refuse(message, refusal("not_joined"));
    return;
  }
  const first = subscription.blocks(id);
  if (first !== undefined) {
    peer.refuse(
      message,
      refusal("overloaded", `an earlier publish was refused; repeat that first: ${first}`),
    );
    return;
  }
  const place = subscription.takePlace();
  const { from, identity } = session;
  const submission = { room, event, id, data, from, identity, ...(to !== undefined && { to }) };
  return whenReady(admit(engine, submission, age), (admitted) => {
    // It may have been taken out of the room while the application made up its mind.
    if (session.subscriptions.get(room) !== subscription) peer.refuse(message, refusal("not_joined"));
    else if (!admitted.ok) peer.refuse(message, admitted.error);
    else if (admitted.value.kind === "answer") {
      const { answer } = admitted.value;
      subscription.room.tell(subscription, { type: "ack", id, room, time: engine.clock.now(), answer });
    } else {
      const { event: admittedEvent, data: admittedData, kept } = admitted.value;
      const refused = (reason: Refusal): void => {
        if (retryOf(reason) === "same_id") subscription.refuseUntilRepeated(id, place);
        peer.refuse(message, reason);
      };
      send(exchange, message, refused, {
        room,
        event: admittedEvent,
        data: admittedData,
        id,
        from,
        kept,
        ...(to !== undefined && { to }),
      });
      // Refusing what comes next would cost more than leaving it with the client.
      return peer.unreadUntil(engine.appending.inTime());
    }
  });
}

function send(
  exchange: Exchange,
  message: Publish,
  refused: (reason: Refusal) => void,
  event: AdmittedEvent,
): void {
  const { engine, peer } = exchange;
  const bytes = OVERHEAD_BYTES + event.data.text.length;
  if (!peer.allowance.unsettled(bytes)) {
    refused(beyond("maxUnsettledBytes", engine.telemetry, UNSETTLED_RETRY_MS));
    return;
  }
  deliver(engine, event, (outcome) => {
    peer.allowance.settled(bytes);
    if (outcome.ok) acknowledge(exchange, message, outcome.value);
    else refused(outcome.error);
  });
}

/** To the socket that asked; in the order of offsets as long as it is in the room, by whatever subscription. */
function acknowledge({ peer, session }: Exchange, { room, echo, to }: Publish, receipt: Receipt): void {
  const subscription = session.subscriptions.get(room);
  const inPlace = echo === false && to === undefined && receipt.duplicate !== true;
  if (subscription?.peer === peer)
    subscription.room.acknowledge(subscription, { type: "ack", ...receipt }, !inPlace);
  else peer.send({ type: "ack", ...receipt });
}
