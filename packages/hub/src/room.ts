/** Owns the members of one room and the fan-out to them. Must not know the log, the contract or the wire. */
import type { Ack, Down, EventMessage, LeftReason, Member } from "@roomcast/protocol";

import { Batch } from "./batch.ts";
import type { Clock } from "./clock.ts";
import type { Format } from "./connection.ts";
import { Presence } from "./presence.ts";
import type { KeptEvent } from "./room-log.ts";
import type { Subscription } from "./subscription.ts";
import type { Turn } from "./turn.ts";

/** A batch is written before the turn ends once it is as large as this: it bounds what a write adds to a queue. */
const MAX_BATCH_BYTES = 256 * 1024;

export class Room {
  readonly name: string;
  readonly presence: Presence;
  readonly #turn: Turn;
  readonly #live: Subscription[] = [];
  readonly #entering = new Set<Subscription>();
  /** How many live members speak each format. */
  readonly #formats = new Map<Format, number>();
  readonly #batch = new Batch<Subscription>();

  constructor(name: string, clock: Clock, turn: Turn, presenceGatherMs: number) {
    this.name = name;
    this.#turn = turn;
    this.presence = new Presence(name, clock, presenceGatherMs, (message) => {
      this.broadcast(message);
    });
  }

  /** Nobody is here, and nobody is expected back. */
  get empty(): boolean {
    return this.#live.length === 0 && this.#entering.size === 0 && this.presence.count === 0;
  }

  /** From now on live events are held for this subscription. */
  enter(subscription: Subscription): void {
    subscription.buffer = [];
    this.#entering.add(subscription);
  }

  /** The snapshot was delivered. @returns the live events that came meanwhile; later ones go out by themselves. */
  activate(subscription: Subscription): KeptEvent[] {
    const buffered = subscription.buffer ?? [];
    subscription.buffer = null;
    this.#entering.delete(subscription);
    // What has gathered is older than the snapshot, and none of the newcomer's business.
    this.flush();
    subscription.index = this.#live.push(subscription) - 1;
    this.#formats.set(subscription.format, (this.#formats.get(subscription.format) ?? 0) + 1);
    return buffered;
  }

  /** No more events to this subscription. Its member stays present until `depart`. */
  detach(subscription: Subscription): void {
    subscription.buffer = null;
    this.#entering.delete(subscription);
    if (!subscription.live) return;
    this.flush();
    const last = this.#live.pop();
    if (last !== undefined && last !== subscription) {
      this.#live[subscription.index] = last;
      last.index = subscription.index;
    }
    subscription.index = -1;
    const speakers = (this.#formats.get(subscription.format) ?? 1) - 1;
    if (speakers === 0) this.#formats.delete(subscription.format);
    else this.#formats.set(subscription.format, speakers);
  }

  depart(clientId: string, reason: LeftReason): void {
    this.presence.leave(clientId, reason);
  }

  arrive(member: Member): void {
    this.presence.join(member);
  }

  /** An event that the log has appended: to every live member, and held for whoever is entering. */
  deliver(event: KeptEvent): void {
    for (const subscription of this.#entering) subscription.buffer?.push(event);
    this.broadcast(eventMessage(event));
  }

  /** To every live member, at the end of this turn. */
  broadcast(message: Down): void {
    if (this.#live.length === 0) return;
    // A newcomer's events must not overtake the news that they came.
    if (message.type === "event" && this.presence.pending) this.presence.flush();
    if (this.#batch.bytes > MAX_BATCH_BYTES) this.flush();
    if (this.#batch.empty) this.#turn.add(this);
    this.#batch.push(message, this.#formats.keys());
  }

  /**
   * The ack of what was broadcast last, in its place in the order of offsets.
   * @param echo false: instead of the event, which the publisher then does not get.
   */
  acknowledge(subscription: Subscription, ack: Ack, echo: boolean): void {
    if (!subscription.live || this.#batch.empty) subscription.peer.send(ack);
    else if (echo) this.#batch.insert(subscription, ack);
    else this.#batch.replaceLast(subscription, ack);
  }

  /** One write per member. */
  flush(): void {
    if (this.#batch.empty) return;
    const framesFor = this.#batch.take();
    const slow: Subscription[] = [];
    for (const subscription of this.#live) {
      const frames = framesFor(subscription);
      if (frames !== undefined && !subscription.peer.write(frames)) slow.push(subscription);
    }
    // Closing takes members out of the array that was just walked, so it waits until the walk is over.
    for (const { peer } of slow) peer.close("slowConsumer");
  }
}

export const eventMessage = (event: KeptEvent): EventMessage => ({
  type: "event",
  room: event.room,
  event: event.event,
  data: event.data,
  id: event.id,
  from: event.from,
  time: event.time,
  offset: event.offset,
});
