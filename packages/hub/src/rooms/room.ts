/** Owns the members of one room and the fan-out to them. Must not know the log, the contract or the wire. */
import type { Ack, Down, EventMessage, Gap, LeftReason, Member, Position } from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import type { Reached } from "../entering/cursor.ts";
import { Few } from "../few.ts";
import type { KeptEvent, Removed } from "../ports/room-log.ts";
import type { Gatherer } from "../turn.ts";
import { Audience } from "./audience.ts";
import { Batch } from "./batch.ts";
import { type Held, Holding } from "./holding.ts";
import { CROWD, Pace } from "./pace.ts";
import { Presence } from "./presence.ts";
import type { Subscription } from "./subscription.ts";

/** A batch is written before the turn ends once it is as large as this: it bounds what a write adds to a queue. */
const MAX_BATCH_BYTES = 256 * 1024;
/** About what an event costs besides its data. */
const ENVELOPE_BYTES = 256;

/** What all rooms have in common. */
export type RoomParts = Pick<Engine, "clock" | "turn" | "settings">;

export class Room implements Gatherer {
  readonly name: string;
  readonly parts: RoomParts;
  readonly presence: Presence;
  readonly #audience = new Audience();
  /** Made on its first use, as all that most rooms never need: an idle room is to cost little. */
  #entering: Few<Subscription, Holding> | undefined;
  /** Live members whose snapshot may show events that are yet to be delivered, and where it ends. */
  #ahead: Few<Subscription, Position> | undefined;
  /** What has gathered. */
  #batch: Batch<Subscription> | undefined;
  /** `turnEnded` will be called. */
  #waitsForTurn = false;
  #pace: Pace | undefined;

  constructor(name: string, parts: RoomParts) {
    this.name = name;
    this.parts = parts;
    this.presence = new Presence(this);
  }

  /** Nobody is here, and nobody is expected back. */
  get empty(): boolean {
    return this.#audience.size === 0 && this.#entering === undefined && this.presence.count === 0;
  }

  /** How many members an event goes to now. */
  get audience(): number {
    return this.#audience.size;
  }

  /** Of a room that is, or was, a crowd. */
  get pace(): Pace | undefined {
    return this.#pace;
  }

  /** From now on live events are held for this subscription. */
  enter(subscription: Subscription): void {
    (this.#entering ??= new Few()).set(subscription, new Holding());
  }

  /** What was held for it; null where it is not entering. */
  heldFor(subscription: Subscription): readonly Held[] | null {
    return this.#entering?.get(subscription)?.held ?? null;
  }

  /**
   * The snapshot is about to be delivered; later events go out by themselves.
   * @param ahead where the snapshot ends, if it may show what is yet to be delivered.
   * @returns what was held meanwhile.
   */
  activate(subscription: Subscription, ahead: Position | undefined): readonly Held[] {
    const held = this.heldFor(subscription) ?? [];
    this.#entered(subscription);
    // What has gathered is older than the snapshot, and none of the newcomer's business.
    if (this.#batch !== undefined) this.flush();
    this.#audience.add(subscription);
    if (this.#audience.size >= CROWD) this.#pace ??= new Pace(this.parts.clock, this);
    if (ahead !== undefined) (this.#ahead ??= new Few()).set(subscription, ahead);
    return held;
  }

  /**
   * No more events to this subscription. Its member stays present until `depart`.
   * @param dropping nor what has gathered for it.
   */
  detach(subscription: Subscription, dropping = false): void {
    this.#entered(subscription);
    this.#ahead?.delete(subscription);
    if (subscription.live && !dropping) this.#catchUp(subscription);
    // Whoever could take no more was closed, and is out already.
    if (!subscription.live) return;
    this.#audience.remove(subscription);
    // The room may be forgotten now: what waits must not be overtaken by what comes to its successor.
    if (this.#audience.size === 0) this.#pace?.endRest();
  }

  depart(clientId: string, reason: LeftReason): void {
    this.presence.leave(clientId, reason);
  }

  arrive(member: Member): void {
    this.presence.join(member);
  }

  /** An event that the log has appended: to every live member, and held for whoever is entering. */
  deliver(event: KeptEvent): void {
    const { epoch, offset, sequence } = event;
    const message = eventMessage(event);
    const bytes = ENVELOPE_BYTES + event.data.text.length;
    this.#hold({ epoch, offset, sequence, bytes, message });
    this.broadcast(message, event);
    // A snapshot may show what the log has not announced here yet.
    if (this.#ahead === undefined) return;
    this.#spare(this.#ahead, (snapshot) => epoch === snapshot.epoch && offset <= snapshot.offset);
  }

  /** All that was said here is gone, and the count begins anew. Nobody leaves for that. */
  renew({ position, sequence }: Removed): void {
    const gap: Gap = { type: "gap", room: this.name, reason: "recreated", from: null, to: null, position };
    this.#hold({ ...position, sequence, bytes: 0, message: gap });
    this.broadcast(gap, { ...position, sequence });
    if (this.#ahead === undefined) return;
    this.#spare(this.#ahead, (snapshot) => snapshot.epoch === position.epoch);
  }

  /** To every live member, at the end of this turn, or a little later where a crowd has more to come. */
  broadcast(message: Down, at?: Reached): void {
    if (this.#audience.size === 0) return;
    if (message.type === "event") this.#introduce(message);
    let batch = this.#gathering();
    if (at?.sequence !== undefined && batch.inSequence) {
      this.parts.turn.inSequence(this);
      // That may have flushed another room, and closed a member of both, which flushes this one.
      batch = this.#gathering();
    }
    if (batch.bytes > MAX_BATCH_BYTES) {
      this.flush();
      batch = this.#gathering();
    }
    batch.push(message, at);
    this.#batch = batch;
    this.#awaitTurn();
  }

  /** To one member alone, behind what has gathered for it. */
  tell(subscription: Subscription, message: Ack | EventMessage): void {
    if (message.type === "event") this.#introduce(message);
    if (subscription.live && this.#batch !== undefined) this.#batch.insert(subscription, message);
    else {
      this.#hurry(subscription);
      subscription.peer.send(message);
    }
  }

  /**
   * The ack of what was broadcast last, in its place in the order of offsets.
   * @param echo false: instead of the event, which the publisher then does not get.
   */
  acknowledge(subscription: Subscription, ack: Ack, echo: boolean): void {
    const holding = this.#entering?.get(subscription);
    if (holding !== undefined && ack.position !== undefined) holding.holdAck(ack, ack.position, !echo);
    else if (echo || !subscription.live || this.#batch === undefined) this.tell(subscription, ack);
    else this.#batch.replaceLast(subscription, ack);
  }

  due(): void {
    if (this.#batch !== undefined) this.#awaitTurn();
  }

  turnEnded(): void {
    this.#waitsForTurn = false;
    if (!this.#audience.writing && !this.#isTime()) return;
    this.#write(this.parts.settings.membersPerTurn);
    if (this.#audience.writing) this.#awaitTurn();
    else this.due();
  }

  /** One write per member, and nothing left for later. */
  flush(): void {
    if (this.#audience.writing) this.#write(Infinity);
    if (this.#batch !== undefined) this.#write(Infinity);
  }

  /** One write for each of so many members: of what is being written, or of what has gathered. */
  #write(most: number): void {
    const batch = this.#audience.writing ? undefined : this.#batch;
    if (batch !== undefined) {
      this.#batch = undefined;
      this.#audience.begin(batch.framesFor());
    }
    const slow = this.#audience.goOn(most);
    if (batch !== undefined) this.#pace?.wrote(batch.length, this.#audience.size);
    // Closing takes members out of their audience, so it waits until those who are written to have been.
    for (const { peer } of slow) peer.close("slowConsumer");
  }

  #isTime(): boolean {
    const batch = this.#batch;
    return batch !== undefined && this.#pace?.isTime(batch.length, this.#audience.size) !== false;
  }

  #gathering(): Batch<Subscription> {
    return this.#batch ?? new Batch(this.#audience.formats());
  }

  /** It gets what the others get, now. */
  #catchUp(subscription: Subscription): void {
    if (this.#batch !== undefined) this.flush();
    else this.#hurry(subscription);
  }

  #hurry(subscription: Subscription): void {
    if (!this.#audience.hurry(subscription)) subscription.peer.close("slowConsumer");
  }

  #entered(subscription: Subscription): void {
    this.#entering?.delete(subscription);
    if (this.#entering?.size === 0) this.#entering = undefined;
  }

  #hold(held: Held): void {
    if (this.#entering === undefined) return;
    for (const holding of this.#entering.values()) holding.hold(held);
  }

  /** Newcomers do not get what was broadcast last, if their snapshot shows it. */
  #spare(ahead: Few<Subscription, Position>, shows: (snapshot: Position) => boolean): void {
    for (const [subscription, snapshot] of ahead) {
      if (shows(snapshot)) this.#batch?.replaceLast(subscription, null);
      else ahead.delete(subscription);
    }
  }

  #awaitTurn(): void {
    if (this.#waitsForTurn) return;
    this.#waitsForTurn = true;
    this.parts.turn.add(this);
  }

  /** The events of a newcomer must not overtake the news that they came. */
  #introduce({ from }: EventMessage): void {
    if (from.clientId !== null && this.presence.owes(from.clientId)) this.presence.flush();
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
