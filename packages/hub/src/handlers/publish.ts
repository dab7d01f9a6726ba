/** publish → ack. The ack stands in the order of offsets between the events of the room, and never before the commit. */
import { type Ack, ERROR_CODES, type Publish, type Refusal, refusal } from "@roomcast/protocol";

import { admit, type Admitted } from "../admission.ts";
import type { Exchange } from "../engine.ts";
import { type MaybePromise, whenReady } from "../maybe-promise.ts";
import type { Subscription } from "../subscription.ts";

type Published = Extract<Admitted, { kind: "publish" }>;

export function publish(exchange: Exchange, message: Publish): MaybePromise<void> {
  const { engine, peer, session } = exchange;
  const { id, room, event, to } = message;
  const subscription = session.subscriptions.get(room);
  if (subscription === undefined) {
    peer.refuse(message, refusal("not_joined"));
    return;
  }
  if (subscription.blocks(id)) {
    peer.refuse(
      message,
      refusal("overloaded", "an earlier publish of this room was refused; repeat that one first"),
    );
    return;
  }
  const submission = {
    ...{ room, event, id, data: message.data, from: session.from, identity: session.identity },
    ...(to !== undefined && { to }),
  };
  return whenReady(admit(engine, submission), (admitted) => {
    if (!admitted.ok) refuse(exchange, subscription, message, admitted.error);
    else if (admitted.value.kind === "answer") {
      peer.send({ type: "ack", id, room, time: engine.clock.now(), answer: admitted.value.answer });
    } else if (to !== undefined) direct(exchange, message, to, admitted.value);
    else if (admitted.value.kept) keep(exchange, subscription, message, admitted.value);
    else pass(exchange, subscription, message, admitted.value);
  });
}

/** Into the log; the fan-out is the log's affair, the ack follows it. */
function keep(exchange: Exchange, subscription: Subscription, message: Publish, { data }: Published): void {
  const { engine, session } = exchange;
  const { id, room, event, echo } = message;
  engine.appending.append(
    { room, event, data, id, from: session.from, time: engine.clock.now() },
    (outcome) => {
      if (!outcome.ok) {
        refuse(exchange, subscription, message, outcome.error);
        return;
      }
      const { position, time, duplicate } = outcome.value;
      const ack: Ack = { type: "ack", id, room, position, time, ...(duplicate && { duplicate }) };
      if (duplicate) exchange.peer.send(ack);
      else subscription.room.acknowledge(subscription, ack, echo !== false);
    },
  );
}

/** Ephemeral: to whoever is there now. */
function pass(
  { engine, session }: Exchange,
  subscription: Subscription,
  message: Publish,
  { data }: Published,
): void {
  const { id, room, event, echo } = message;
  const time = engine.clock.now();
  subscription.room.broadcast({ type: "event", room, event, data, id, from: session.from, time });
  subscription.room.acknowledge(subscription, { type: "ack", id, room, time }, echo !== false);
}

/** To one member alone, not kept. */
function direct(
  { engine, peer, session }: Exchange,
  message: Publish,
  to: string,
  { data }: Published,
): void {
  const { id, room, event } = message;
  const target = engine.sessions.find(to)?.subscriptions.get(room);
  if (target === undefined) {
    peer.refuse(message, refusal("unknown_member"));
    return;
  }
  const time = engine.clock.now();
  const delivered = target.live;
  if (delivered) target.peer.send({ type: "event", room, event, data, id, from: session.from, time });
  peer.send({ type: "ack", id, room, time, delivered });
}

function refuse({ peer }: Exchange, subscription: Subscription, message: Publish, refused: Refusal): void {
  if (ERROR_CODES[refused.code].retry === "same_id") subscription.refuseUntilRepeated(message.id);
  peer.refuse(message, refused);
}
