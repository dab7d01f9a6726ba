/**
 * Owns how a session comes back into all its rooms at once, from one cursor: what it missed is sent event by event, in the
 * order of the log's sequence over all rooms, so that after each of them the client can come back again.
 */
import { type Gap, MAX_PAGE_EVENTS } from "@roomcast/protocol";

import type { Exchange } from "../engine.ts";
import { isPromise } from "../maybe-promise.ts";
import type { KeptEvent, Page, ReadRange } from "../ports/room-log.ts";
import type { Held } from "../rooms/holding.ts";
import { eventMessage } from "../rooms/room.ts";
import type { Subscription } from "../rooms/subscription.ts";
import { type Cursor, type Reached, sequenceIn } from "./cursor.ts";
import { arrive, isOver, mayJoin, maySee, subscribe } from "./entering.ts";
import { joinedOf, meets, nextHeld, positionOf } from "./snapshot.ts";

/** However many rooms there are, each of which has a page in memory. */
const MIN_PAGE_EVENTS = 8;

export async function recoverRooms(
  exchange: Exchange,
  names: readonly string[],
  since: Cursor,
): Promise<void> {
  const { engine, peer, session } = exchange;
  try {
    const entered = await Promise.all(names.map((name) => enter(exchange, name)));
    let rooms = entered.flatMap((room) => room ?? []);
    const limit = Math.max(MIN_PAGE_EVENTS, Math.ceil(MAX_PAGE_EVENTS / Math.max(1, rooms.length)));
    while (true) {
      // Kicked from, or gone altogether.
      rooms = rooms.filter(({ subscription }) => !isOver(exchange, subscription));
      if (session.peer !== peer) return;
      const event = nextOf(rooms);
      const unread = rooms.filter((room) => room.isUnread(event));
      if (unread.length > 0) {
        const isRead = await Promise.all(unread.map((room) => room.read(exchange, since, limit)));
        if (isRead.every(Boolean)) continue;
        // It comes again, from where it is by then.
        peer.close("restart");
        return;
      }
      if (event === undefined) break;
      rooms.find(({ events }) => events[0] === event)?.events.shift();
      peer.send(eventMessage(event), reached(since, event));
      await peer.drained();
    }
    goLiveTogether(exchange, rooms);
  } catch (error) {
    engine.telemetry.record({ kind: "fault", where: "recovery", error });
    peer.close("restart");
  }
}

type Missing = Pick<Gap, "reason" | "from" | "to">;

const RECREATED = { reason: "recreated", to: null } as const;

/** One room of which something may be missing. */
class MissedRoom {
  readonly subscription: Subscription;
  /** Whether it is shown what was said meanwhile. */
  readonly #sees: boolean;
  /** What was read and not sent. */
  readonly events: KeptEvent[] = [];
  #page: Page | undefined;
  #last = 0;
  #hasGap = false;

  constructor(subscription: Subscription, sees: boolean) {
    this.subscription = subscription;
    this.#sees = sees;
  }

  get name(): string {
    return this.subscription.room.name;
  }

  get page(): Page | undefined {
    return this.#page;
  }

  get hasGap(): boolean {
    return this.#hasGap;
  }

  /**
   * There is more; or what came live meanwhile does not go on where the last page ends, or stands before what is about to be
   * sent of another room.
   */
  isUnread(before: KeptEvent | undefined): boolean {
    if (this.events.length > 0) return false;
    if (this.#page === undefined || this.#page.more) return true;
    const { held } = this.subscription;
    return !meets(this.#page, held) || nextHeld(this.#page, held) < (before?.sequence ?? 0);
  }

  /** @returns false when the log refuses, or the room has begun another life. */
  async read({ engine, peer }: Exchange, since: Cursor, limit: number): Promise<boolean> {
    const beyond = sequenceIn(since, this.name);
    const range: ReadRange = this.#page === undefined ? { beyond, limit } : { after: this.#last, limit };
    const slot = engine.reads.take();
    if (isPromise(slot)) await slot;
    const reading = engine.log.read(this.name, this.#sees ? range : { limit: 1 });
    const read = await reading.finally(() => engine.reads.give());
    if (!read.ok) return false;
    const page = this.#sees ? read.value : { ...read.value, events: [], more: false };
    if (this.#page !== undefined && this.#page.epoch !== page.epoch) return false;
    const newest = this.#sees ? undefined : read.value.events.at(-1);
    const gap = this.#page === undefined ? this.#goneAway(page, beyond, newest) : this.#goneMeanwhile(page);
    if (gap !== undefined) {
      this.#hasGap = true;
      peer.send({ type: "gap", room: this.name, position: positionOf(page), ...gap });
    }
    this.#page = page;
    this.events.push(...page.events);
    this.#last = page.events.at(-1)?.offset ?? page.top;
    return true;
  }

  /** Where the reader was is known by its sequence alone, so that the first offset is not. */
  #goneAway({ floor, goneSequence }: Page, beyond: number, unseen?: KeptEvent): Missing | undefined {
    if (unseen !== undefined && unseen.sequence > beyond)
      return { reason: "forbidden", from: null, to: unseen.offset };
    if (goneSequence <= beyond) return undefined;
    const missing = floor > 0 ? ({ reason: "trimmed", to: floor } as const) : RECREATED;
    return { from: null, ...missing };
  }

  /** Between two pages: a room can be trimmed faster than a slow reader takes it. */
  #goneMeanwhile({ floor }: Page): Missing | undefined {
    return floor > this.#last ? { reason: "trimmed", from: this.#last + 1, to: floor } : undefined;
  }
}

/** @returns undefined where it may not be any more. */
async function enter(exchange: Exchange, name: string): Promise<MissedRoom | undefined> {
  const { engine, peer, session } = exchange;
  const sees = await maySee(exchange, name);
  const refused = await mayJoin(exchange, name);
  if (session.peer !== peer) return undefined;
  const subscription = refused === undefined ? subscribe(exchange, name) : refused.code;
  if (typeof subscription === "string") {
    engine.sessions.leave(session, name, "forbidden");
    peer.send({ type: "left", room: name, reason: "forbidden" });
    return undefined;
  }
  await engine.log.subscribe(name);
  return new MissedRoom(subscription, sees);
}

/** The first of all that were read. */
function nextOf(rooms: readonly MissedRoom[]): KeptEvent | undefined {
  let first: KeptEvent | undefined;
  for (const { events } of rooms) {
    const [head] = events;
    if (head !== undefined && head.sequence < (first?.sequence ?? Infinity)) first = head;
  }
  return first;
}

function reached({ sequence }: Cursor, event: KeptEvent): Reached {
  if (event.sequence > sequence) return event;
  return { ...event, sequence, behind: { room: event.room, sequence: event.sequence } };
}

/** Within one turn: what was held of all rooms goes out in one order too. */
function goLiveTogether(exchange: Exchange, rooms: readonly MissedRoom[]): void {
  const { peer, session } = exchange;
  const held: Held[] = [];
  for (const { subscription, page, hasGap } of rooms) {
    if (page === undefined) continue;
    const { room } = subscription;
    held.push(...arrive(exchange, subscription, page));
    // What was missed has been sent already, event by event.
    const shown = { page: { ...page, events: [], more: false }, recovered: !hasGap };
    peer.send(joinedOf(room, shown, room.presence.listFor(session.clientId)));
  }
  held.sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
  for (const each of held) peer.send(each.message, each);
}
