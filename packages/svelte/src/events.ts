/** Owns the newest events of one name as a reactive list. Must not know how they came. */
import type { RoomEvent } from "@roomcast/client";
import type { Contract, DataOut, EventName } from "@roomcast/protocol";
import { createSubscriber } from "svelte/reactivity";

import type { LiveRoom } from "./room.ts";

/** All of them have defaults. */
export interface EventsOptions {
  /** How many of the newest are kept; the oldest go first. Default 500. */
  readonly keep?: number;
}

/** The newest events of one name. */
export interface LiveEvents<Event> {
  /** In the order of the room. A new array after each change. */
  readonly list: readonly Event[];
  readonly last: Event | undefined;
}

/** Call it in the same turn as `createRoom`: what arrives before is not kept for it. */
export function createEvents<C extends Contract, const Name extends EventName<C>>(
  { room }: LiveRoom<C>,
  name: Name,
  { keep = 500 }: EventsOptions = {},
): LiveEvents<RoomEvent<Name, DataOut<C, Name>>> {
  let list: readonly RoomEvent<Name, DataOut<C, Name>>[] = [];
  let changed = (): void => {};
  const follow = createSubscriber((update) => {
    changed = update;
    return () => (changed = () => {});
  });
  room.on(name, (event) => {
    list = [...list, event].slice(-keep);
    changed();
  });
  const following = (): typeof list => {
    follow();
    return list;
  };
  return {
    get list() {
      return following();
    },
    get last() {
      return following().at(-1);
    },
  };
}
