/** Owns the three ways that an admitted event goes: to one member, to who is there now, or through the log to all. */
import { type Ack, err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import type { Draft, Settle } from "../ports/room-log.ts";

/** What became of a publish, whoever made it. */
export type Receipt = Omit<Ack, "type" | "room"> & { readonly room: string };

export interface Destination {
  readonly kept: boolean;
  /** To this member alone, and then not kept. */
  readonly to?: string | undefined;
}

/** @param settle is called once; when the event went to all, right behind its fan-out. */
export function deliver(
  { rooms, sessions, appending, traffic }: Engine,
  event: Draft,
  destination: Destination,
  settle: (outcome: Result<Receipt, Refusal>) => void,
): void {
  const { kept, to } = destination;
  const { id, room, time } = event;
  const sinceMs = traffic.begin();
  if (to !== undefined) {
    const target = sessions.find(to)?.subscriptions.get(room);
    if (target === undefined) {
      settle(err(refusal("unknown_member")));
      return;
    }
    const delivered = target.live;
    if (delivered) target.room.tell(target, { type: "event", ...event });
    const receivers = delivered ? 1 : 0;
    traffic.eventsOut += receivers;
    traffic.published(sinceMs, () => ({ ...event, ...destination, receivers }));
    settle(ok({ id, room, time, delivered }));
  } else if (kept) {
    const pace = rooms.find(room)?.pace;
    pace?.began();
    const settled: Settle = (outcome) => {
      pace?.settled();
      if (!outcome.ok) {
        settle(outcome);
        return;
      }
      const { position, duplicate } = outcome.value;
      if (!duplicate) {
        traffic.published(sinceMs, () => {
          const receivers = rooms.find(room)?.audience ?? 0;
          return { ...event, ...destination, receivers, offset: position.offset };
        });
      }
      settle(ok({ id, room, position, time: outcome.value.time, ...(duplicate && { duplicate }) }));
    };
    appending.append(event, settled, pace);
  } else {
    const target = rooms.find(room);
    const receivers = target?.audience ?? 0;
    target?.broadcast({ type: "event", ...event });
    traffic.eventsOut += receivers;
    traffic.published(sinceMs, () => ({ ...event, ...destination, receivers }));
    settle(ok({ id, room, time }));
  }
}
