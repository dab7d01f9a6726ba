/** Owns how somebody gets into a room without a hole: hold live events, read one snapshot, merge, go live. */
import {
  DEFAULT_HISTORY_EVENTS,
  err,
  type GapSpan,
  type Joined,
  type JoinTarget,
  MAX_PAGE_EVENTS,
  type Member,
  ok,
  type Position,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import { isPromise } from "../maybe-promise.ts";
import type { Page } from "../ports/room-log.ts";
import type { Held } from "../rooms/holding.ts";
import { eventMessage, type Room } from "../rooms/room.ts";
import type { Subscription } from "../rooms/subscription.ts";
import { recover } from "./recovery.ts";

/** A room, and from where on it is to be told: all after `since`, or the newest `history` events. */
export type Place = Pick<JoinTarget, "room" | "since" | "history">;

/** A place, and whether whoever wants to be there may see what was said before. */
export type Sight = Place & { readonly sees: boolean };

export interface Snapshot {
  readonly page: Page;
  readonly recovered: boolean;
  readonly gap?: GapSpan;
}

/** A snapshot that ends before the live events that are held begin is read again. After so many, log and live events have come apart. */
const MAX_READS = 3;

/** Reads what the subscription is shown first. Live events MUST be held for it already. */
export async function readSnapshot(
  engine: Engine,
  place: Sight,
  subscription: Subscription,
): Promise<Result<Snapshot, Refusal>> {
  const subscribed = engine.log.subscribe(place.room);
  if (isPromise(subscribed)) await subscribed;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const snapshot = await readOnce(engine, place);
    if (!snapshot.ok || meets(snapshot.value.page, subscription.held)) return snapshot;
  }
  return err(refusal("storage_unavailable", "the log is behind its own live events"));
}

async function readOnce(
  engine: Engine,
  { room, since, history, sees }: Sight,
): Promise<Result<Snapshot, Refusal>> {
  if (!sees) return readUnseen(engine, room, since);
  const newest = Math.min(history ?? DEFAULT_HISTORY_EVENTS, MAX_PAGE_EVENTS);
  const read = await engine.log.read(
    room,
    since === undefined ? { limit: newest } : { after: since.offset, limit: MAX_PAGE_EVENTS },
  );
  if (!read.ok) return err(read.error);
  const page = read.value;
  if (since === undefined) return ok({ page: page.more ? { ...page, more: false } : page, recovered: false });
  const recovery = recover(since, page, (epoch, now) => engine.log.whyChanged(epoch, now));
  if (recovery.kind === "recovered") return ok({ page, recovered: true });
  if (recovery.kind === "gap") return ok({ page, recovered: false, gap: recovery.gap });
  const again = await engine.log.read(room, { after: 0, limit: MAX_PAGE_EVENTS });
  if (!again.ok) return err(again.error);
  const { epoch, top } = again.value;
  return ok({
    page: again.value,
    recovered: false,
    gap: { ...recovery.gap, position: { epoch, offset: top } },
  });
}

/** Where the room is, and that something is missing to whoever was there before. */
async function readUnseen(
  { log }: Engine,
  room: string,
  since: Position | undefined,
): Promise<Result<Snapshot, Refusal>> {
  const read = await log.read(room, { limit: 0 });
  if (!read.ok) return err(read.error);
  const page = { ...read.value, more: false };
  const recovered = since?.epoch === page.epoch && since.offset === page.top;
  if (since === undefined || recovered) return ok({ page, recovered });
  const isKnown = since.epoch === page.epoch && since.offset < page.top;
  const missing = isKnown ? { from: since.offset + 1, to: page.top } : { from: null, to: null };
  return ok({ page, recovered, gap: { reason: "forbidden", ...missing, position: positionOf(page) } });
}

/** Whether what was held goes on exactly where the snapshot ends. */
export function meets(page: Page, held: readonly Held[] | null): boolean {
  if (held === null) return true;
  const newest = held.at(-1);
  if (newest === undefined) return true;
  // One of the two is of another life of the room.
  if (newest.epoch !== page.epoch) return false;
  // An ack that stands behind its event proves nothing: when too much was held, events were let go and acks were not.
  return beyond(page, held)
    .filter(({ isBehind = false }) => !isBehind)
    .every(({ offset }, index) => offset === page.top + 1 + index);
}

/** The sequence of the first that was held and is not in the snapshot. */
export const nextHeld = (page: Page, held: readonly Held[] | null): number =>
  beyond(page, held ?? []).find(({ sequence }) => sequence !== undefined)?.sequence ?? Infinity;

/** From now on live events go out by themselves. @returns what was held and is to be sent behind the snapshot. */
export function goLive({ log }: Engine, subscription: Subscription, page: Page): readonly Held[] {
  const ahead = log.announcesFirst === true ? undefined : positionOf(page);
  const held = subscription.room.activate(subscription, ahead);
  if (held.length === 0) return held;
  const live = new Set(beyond(page, held));
  return held.filter((each) => each.message.type === "ack" || live.has(each));
}

/** How somebody is told that it is in a room: what it is shown of the log, and who is there. */
export const joinedOf = (room: Room, { page, recovered, gap }: Snapshot, members: Member[]): Joined => ({
  type: "joined",
  room: room.name,
  position: positionOf(page),
  recovered,
  members,
  count: room.presence.count,
  events: page.events.map(eventMessage),
  ...(page.more && { more: true as const }),
  ...(gap && { gap }),
});

export const positionOf = ({ epoch, top }: Page): Position => ({ epoch, offset: top });

const beyond = ({ epoch, top }: Page, held: readonly Held[]): Held[] =>
  held.filter((each) => each.epoch === epoch && each.offset > top);
