/** publish → ack. The ack stands in the order of offsets between the events of the room, and never before the commit. */
import { type From, type Publish, type Refusal, refusal, type Result } from "@roomcast/protocol";

import { retryOf } from "../connections/refusing.ts";
import type { Exchange } from "../engine.ts";
import { overLimit } from "../limits/limits.ts";
import { isPromise, type MaybePromise } from "../maybe-promise.ts";
import type { Draft } from "../ports/room-log.ts";
import { admit, type Admitted } from "../publishing/admission.ts";
import { deliver, type Destination, type Receipt } from "../publishing/delivering.ts";
import type { Subscription } from "../rooms/subscription.ts";

/** What a publish that waits for the log holds besides its data, about. */
const OVERHEAD_BYTES = 256;
/** The log settles in milliseconds, or is in trouble. */
const UNSETTLED_RETRY_MS = 250;

export function publish(exchange: Exchange, message: Publish): MaybePromise<void> {
  const { engine, peer, session } = exchange;
  const { id, room, event, data, to, echo, age } = message;
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
  const candidate = { room, event, id, data, from, identity, ...(to !== undefined && { to }) };
  const asked: Asked = { exchange, subscription, place, from, id, room, to, echo: echo !== false };
  const admitted = admit(engine, candidate, age);
  return isPromise(admitted)
    ? Promise.resolve(admitted).then((verdict) => act(asked, verdict))
    : act(asked, admitted);
}

/** What is to be known of a publish until it is answered: not its data, of which the log has what it needs. */
interface Asked {
  readonly exchange: Exchange;
  readonly subscription: Subscription;
  readonly place: number;
  readonly from: From;
  readonly id: string;
  readonly room: string;
  readonly to: string | undefined;
  readonly echo: boolean;
}

function act(asked: Asked, admitted: Result<Admitted, Refusal>): MaybePromise<void> {
  const { exchange, subscription, from, id, room, to } = asked;
  const { engine, peer, session } = exchange;
  // It may have been taken out of the room while the application made up its mind.
  if (session.subscriptions.get(room) !== subscription) refuse(asked, refusal("not_joined"));
  else if (!admitted.ok) refuse(asked, admitted.error);
  else if (admitted.value.kind === "answer") {
    const { answer } = admitted.value;
    subscription.room.tell(subscription, { type: "ack", id, room, time: engine.clock.now(), answer });
  } else {
    const { event, data, kept } = admitted.value;
    send(asked, { room, event, data, id, from, time: engine.clock.now() }, { kept, to });
    // Refusing what comes next would cost more than leaving it with the client.
    if (engine.backlog.isBehind && peer.allowance.publishesOn) return peer.unreadUntilItsTurn();
  }
}

function send(asked: Asked, event: Draft, destination: Destination): void {
  const { engine, peer } = asked.exchange;
  const bytes = OVERHEAD_BYTES + event.data.text.length;
  if (!peer.allowance.unsettled(bytes)) {
    refuseForNow(asked, overLimit("maxUnsettledBytes", engine.telemetry, UNSETTLED_RETRY_MS));
    return;
  }
  const isAhead = peer.allowance.publishesOn;
  if (isAhead) engine.backlog.began();
  deliver(engine, event, destination, (outcome) => {
    peer.allowance.settled(bytes);
    if (isAhead) engine.backlog.settled();
    if (outcome.ok) acknowledge(asked, outcome.value);
    else refuseForNow(asked, outcome.error);
  });
}

function refuse({ exchange, id, room }: Asked, reason: Refusal): void {
  exchange.peer.refuse({ type: "publish", id, room }, reason);
}

/** Where it may be repeated, what comes behind it must wait for that. */
function refuseForNow(asked: Asked, reason: Refusal): void {
  if (retryOf(reason) === "same_id") asked.subscription.refuseUntilRepeated(asked.id, asked.place);
  refuse(asked, reason);
}

/** To the socket that asked; in the order of offsets as long as it is in the room, by whatever subscription. */
function acknowledge({ exchange, room, to, echo }: Asked, receipt: Receipt): void {
  const { peer, session } = exchange;
  const subscription = session.subscriptions.get(room);
  const inPlace = !echo && to === undefined && receipt.duplicate !== true;
  if (subscription?.peer === peer)
    subscription.room.acknowledge(subscription, { type: "ack", ...receipt }, !inPlace);
  else peer.send({ type: "ack", ...receipt });
}
