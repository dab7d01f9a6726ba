/** GET /v1/rooms, …/{room}/events, …/{room}/members: what a room holds, and who is there. */
import type { HistoryPage, Hub, Identity } from "@roomcast/hub";
import { checkUp, encodeDown, isRoomName, type Member, type Refusal, refusal } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import type { Entrance } from "../entrance.ts";
import { type Answer, answer, refused } from "./answer.ts";
import type { RoomReads } from "./room-reads.ts";
import type { RequestCredits } from "../request-credits.ts";
import type { Call } from "./route.ts";

export interface ReadPorts {
  readonly hub: Pick<Hub, "history" | "members" | "roomsFor"> & {
    readonly inspection: Pick<Hub["inspection"], "rooms">;
  };
  readonly credits: Pick<RequestCredits, "take">;
  readonly entrance: Pick<Entrance, "identify">;
  readonly reads: RoomReads;
}

/** A list of so many is as much work as a message. */
const LISTED_PER_CREDIT = 1_000;

export async function history(
  ports: ReadPorts,
  { request, response, parameters, query }: Call<"room">,
): Promise<Answer> {
  const identity = await ports.entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  const range = Object.fromEntries(
    ["after", "before", "limit"].flatMap((name) => {
      const text = query.get(name);
      return text === null ? [] : [[name, /^\d{1,16}$/.test(text) ? Number(text) : text]];
    }),
  );
  const checked = checkUp({ type: "history", id: "-", room: parameters.room, ...range });
  if (!checked.ok) return refused(checked.error);
  const { room } = parameters;
  const page = await ports.hub.history(identity.value, room, range);
  ports.reads.answered(response, identity.value, "history", room);
  return answer(page, printHistory);
}

export async function members(
  ports: ReadPorts,
  { request, response, parameters: { room } }: Call<"room">,
): Promise<Answer> {
  const identity = await ports.entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  if (!isRoomName(room)) return refused(refusal("bad_room"));
  const there = await ports.hub.members(identity.value, room);
  const beyond = there.ok ? paid(ports, request, identity.value, there.value.length) : undefined;
  if (beyond !== undefined) return refused(beyond);
  ports.reads.answered(response, identity.value, "presence", room);
  return answer(there, printMembers);
}

export async function rooms(ports: ReadPorts, { request }: Call<never>): Promise<Answer> {
  const identity = await ports.entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  const beyond = paid(ports, request, identity.value, ports.hub.inspection.rooms);
  if (beyond !== undefined) return refused(beyond);
  return answer(await ports.hub.roomsFor(identity.value), (visible) => JSON.stringify({ rooms: visible }));
}

/** Of a list of so many, beside the request itself. @returns why it is refused. */
function paid(
  { credits }: ReadPorts,
  request: IncomingMessage,
  { user }: Identity,
  listed: number,
): Refusal | undefined {
  const count = Math.floor(listed / LISTED_PER_CREDIT);
  return count === 0 ? undefined : credits.take(request, user, count);
}

/** The data of an event goes out as the text that it is kept as. */
function printHistory({ events, position, more }: HistoryPage): string {
  return `{"events":[${events.map(encodeDown).join(",")}],"position":${JSON.stringify(position)},"more":${more}}`;
}

const printMembers = (members: readonly Member[]): string =>
  JSON.stringify({ count: members.length, members });
