/** GET /v1/rooms, …/{room}/events, …/{room}/members: what a room holds, and who is there. */
import type { HistoryPage, Hub } from "@roomcast/hub";
import { checkUp, encodeDown, isRoomName, type Member, refusal } from "@roomcast/protocol";

import type { Entrance } from "../entrance.ts";
import { type Answer, answer, refused } from "./answer.ts";
import type { RoomReads } from "./room-reads.ts";
import type { Call } from "./route.ts";

export interface ReadPorts {
  readonly hub: Pick<Hub, "history" | "members" | "roomsFor">;
  readonly entrance: Pick<Entrance, "identify">;
  readonly reads: RoomReads;
}

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
  ports.reads.answered(response, identity.value, "presence", room);
  return answer(there, printMembers);
}

export async function rooms(ports: ReadPorts, { request }: Call<never>): Promise<Answer> {
  const identity = await ports.entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  return answer(await ports.hub.roomsFor(identity.value), (visible) => JSON.stringify({ rooms: visible }));
}

/** The data of an event goes out as the text that it is kept as. */
function printHistory({ events, position, more }: HistoryPage): string {
  return `{"events":[${events.map(encodeDown).join(",")}],"position":${JSON.stringify(position)},"more":${more}}`;
}

const printMembers = (members: readonly Member[]): string =>
  JSON.stringify({ count: members.length, members });
