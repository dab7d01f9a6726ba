/** Owns an application's handlers: typed by its contract, and with its rooms at hand. */
import {
  type EventHandler,
  type IncomingEvent,
  instead,
  type MaybePromise,
  type Outcome,
} from "@roomcast/hub";
import type { Contract, DataIn, DataOut, EventName } from "@roomcast/protocol";
import { createHash } from "node:crypto";

import { type Byline, type RoomHandle, RoomHandles, type RoomPorts } from "./rooms.ts";

/**
 * What a handler has besides the event. What it publishes by these rooms is, unless it says otherwise, from the event's
 * sender and under an id that follows from the event's: when the sender repeats the event, nothing is published twice.
 */
export interface HandlerContext<C extends Contract> {
  /** The event's own room. */
  readonly room: RoomHandle<C>;
  readonly rooms: RoomHandles<C>;
  /** For a handler to return: another event takes the place of this one. */
  readonly instead: <Name extends EventName<C>>(event: Name, data: DataIn<C, Name>) => Outcome;
}

/** Sees an event before it is kept. Returning nothing publishes it as it is. */
export type Handler<C extends Contract, Name extends string> = (
  event: IncomingEvent<DataOut<C, Name>>,
  context: HandlerContext<C>,
) => MaybePromise<Outcome | void>;

/** An application's own logic, by the name of the event that it is asked about. */
export type Handlers<C extends Contract> = {
  readonly [Name in keyof C["events"] & string]?: Handler<C, Name>;
};

/** @param ports asked for when an event comes: the hub is made with these handlers. */
export function hubHandlers<C extends Contract>(
  handlers: Handlers<C>,
  ports: () => RoomPorts,
): Readonly<Record<string, EventHandler>> {
  // The hub shows a handler only what the contract has checked.
  const entries = Object.entries(handlers) as [string, Handler<C, string>][];
  return Object.fromEntries(
    entries.map(([name, handle]) => [
      name,
      (event: IncomingEvent) => {
        const rooms = new RoomHandles<C>(ports(), bylineOf(event));
        return handle(event as Parameters<typeof handle>[0], { room: rooms.get(event.room), rooms, instead });
      },
    ]),
  );
}

function bylineOf({ room, id, from }: IncomingEvent): Byline {
  let published = 0;
  return () => {
    published += 1;
    const seed = JSON.stringify([room, id, published]);
    return { from, id: createHash("sha256").update(seed).digest("base64url") };
  };
}
