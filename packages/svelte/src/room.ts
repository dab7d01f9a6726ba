/** Owns a room as a reactive value: whether one is in it, who else is, and what is on its way. Must not know events. */
import type { Client, PendingPublish, Room, RoomOptions, RoomStatus } from "@roomcast/client";
import type { Contract, Member } from "@roomcast/protocol";
import { createSubscriber } from "svelte/reactivity";

/** Read in a template, a `$derived` or an `$effect`, each of these is followed; read elsewhere it is just the value. */
export interface LiveRoom<C extends Contract> {
  /** The SDK's room, for all that is no state: `publish`, `on`, `history`, `leave`. */
  readonly room: Room<C>;
  readonly status: RoomStatus;
  readonly isJoined: boolean;
  /** Oneself included; in a crowded room nobody else. */
  readonly members: readonly Member[];
  readonly count: number;
  /** Publishes without an ack, and failed ones, in order. */
  readonly pending: readonly PendingPublish[];
}

/** Joins. It is left by `room.leave()` and by nothing else: a component that goes away does not take its room along. */
export function createRoom<C extends Contract>(
  client: Client<C>,
  name: string,
  options?: RoomOptions,
): LiveRoom<C> {
  const room = client.room(name, options);
  const followStatus = createSubscriber((update) => room.onStatus(update));
  const followPresence = createSubscriber((update) => room.onPresence(update));
  const followPending = createSubscriber((update) => room.onPending(update));
  return {
    room,
    get status() {
      followStatus();
      return room.status;
    },
    get isJoined() {
      followStatus();
      return room.status.state === "joined";
    },
    get members() {
      followPresence();
      return room.members;
    },
    get count() {
      followPresence();
      return room.count;
    },
    get pending() {
      followPending();
      return room.pending;
    },
  };
}
