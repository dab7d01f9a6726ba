/** Owns what is read of rooms by somebody who is in none: their history, who is there, which there are. */
import {
  err,
  type EventMessage,
  isRoomName,
  type Member,
  ok,
  type Position,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import { speakerOf } from "./access/access.ts";
import type { Identity } from "./access/identity.ts";
import type { Engine } from "./engine.ts";
import { rangeOf } from "./handlers/history.ts";
import { isPromise } from "./maybe-promise.ts";
import type { Action } from "./ports/policy.ts";
import { eventMessage } from "./rooms/room.ts";

/** Offsets, both exclusive; with neither, the newest. At most `limit` events: 50 by default, and never more than 300. */
export interface PageRange {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
}

/** A page of a room's log. */
export interface HistoryPage {
  readonly events: readonly EventMessage[];
  readonly position: Position;
  readonly more: boolean;
}

/** A room that somebody is in, and how many are. */
export interface RoomCount {
  readonly room: string;
  readonly count: number;
}

/** What may be looked at before others have their turn. */
const ROOMS_PER_TURN = 1_000;

/** @param identity who asks; null: the application itself. */
export async function refusalOf(
  { access }: Engine,
  identity: Identity | null,
  action: Action,
): Promise<Refusal | undefined> {
  if (!isRoomName(action.room)) return refusal("bad_room");
  if (identity === null) return undefined;
  return access.refusal(speakerOf(identity), action);
}

export async function history(
  engine: Engine,
  identity: Identity | null,
  room: string,
  range: PageRange,
): Promise<Result<HistoryPage, Refusal>> {
  const action = { kind: "history", room } as const;
  const refused = await refusalOf(engine, identity, action);
  if (refused !== undefined) return err(refused);
  const read = await engine.log.read(room, rangeOf(range));
  if (!read.ok) return read;
  // What it may has perhaps changed while the log was asked.
  const refusedSince = await refusalOf(engine, identity, action);
  if (refusedSince !== undefined) return err(refusedSince);
  const { epoch, top, events, more } = read.value;
  return ok({ events: events.map(eventMessage), position: { epoch, offset: top }, more });
}

export async function members(
  engine: Engine,
  identity: Identity | null,
  room: string,
): Promise<Result<readonly Member[], Refusal>> {
  const refused = await refusalOf(engine, identity, { kind: "presence", room });
  return refused === undefined ? ok(engine.rooms.find(room)?.presence.all() ?? []) : err(refused);
}

/** Rooms that somebody is in. */
export const inUse = ({ rooms }: Engine): RoomCount[] =>
  [...rooms.all()]
    .map(({ name, presence }) => ({ room: name, count: presence.count }))
    .filter(({ count }) => count > 0);

/** Of those, the ones that whoever asks may enter: a room that is closed to them looks like one that is not there. */
export async function inUseFor({ rooms, access, clock }: Engine, identity: Identity): Promise<RoomCount[]> {
  const visible: RoomCount[] = [];
  const speaker = speakerOf(identity);
  let looked = 0;
  for (const { name: room, presence } of rooms.all()) {
    looked += 1;
    if (looked % ROOMS_PER_TURN === 0) await new Promise<void>((resolve) => clock.afterTurn(resolve));
    if (presence.count === 0) continue;
    const refused = access.refusal(speaker, { kind: "join", room });
    // To wait for each of a hundred thousand answers that are there would take longer than to make them.
    if ((isPromise(refused) ? await refused : refused) === undefined)
      visible.push({ room, count: presence.count });
  }
  return visible;
}
