/** GET: what an operator looks at. All of it is read when it is asked for. */
import type { ClientView, Hub } from "@roomcast/hub";
import { err, MAX_LISTED_MEMBERS, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";
import type {
  ClientDetail,
  ClientLine,
  ClientsPage,
  ContractView,
  Overview,
  RoomDetail,
  RoomLine,
  RoomsPage,
  TimelineEntry,
} from "@roomcast/protocol/operators";

import { contractView } from "../../contract/contract-view.ts";
import { type Answer, answer, refused } from "../http/answer.ts";
import type { Call } from "../http/route.ts";
import { overview, type OverviewPorts } from "./overview.ts";
import type { Watch } from "./watch.ts";

export interface LookingPorts extends OverviewPorts {
  readonly hub: Pick<Hub, "counts" | "draining" | "inspection" | "rooms" | "members">;
  readonly watch: Watch;
}

const PAGE = 50;
const MAX_PAGE = 200;

const ROOM_ORDERS: Readonly<Record<string, (a: RoomLine, b: RoomLine) => number>> = {
  members: (a, b) => b.count - a.count,
  rate: (a, b) => (b.inPerSecond ?? 0) - (a.inPerSecond ?? 0) || b.count - a.count,
  name: (a, b) => (a.room < b.room ? -1 : 1),
};

const CLIENT_ORDERS: Readonly<Record<string, (a: ClientLine, b: ClientLine) => number>> = {
  newest: (a, b) => a.connectedMs - b.connectedMs,
  queued: (a, b) => b.queuedBytes - a.queuedBytes,
  name: (a, b) => (a.name < b.name ? -1 : 1),
};

export const showOverview = ({ watch, ...ports }: LookingPorts): Answer =>
  json(overview(ports, watch.gathering?.lastSecond ?? null));

export const showContract = async ({ hub }: LookingPorts): Promise<Answer> =>
  json(await contractView(hub.inspection.contract));

/** Rooms that somebody is in, and those in which something goes on. */
export function listRooms({ hub, watch }: LookingPorts, { query }: Call<never>): Answer {
  const rates = watch.gathering?.rates;
  const counts = new Map(hub.rooms().map(({ room, count }) => [room, count]));
  for (const room of rates?.rooms() ?? []) if (!counts.has(room)) counts.set(room, 0);
  const named = query.get("q") ?? "";
  const lines = [...counts].flatMap(([room, count]): RoomLine[] =>
    room.includes(named) ? [{ room, count, ...rates?.of(room) }] : [],
  );
  return answer(pageOf(lines, query, ROOM_ORDERS), ({ page, total }) =>
    JSON.stringify({ rooms: page, total } satisfies RoomsPage),
  );
}

export async function showRoom(
  { hub, watch }: LookingPorts,
  { parameters: { room } }: Call<"room">,
): Promise<Answer> {
  const extent = await hub.inspection.extent(room);
  if (!extent.ok) return refused(extent.error);
  const members = await hub.members(null, room);
  if (!members.ok) return refused(members.error);
  const { floor, top } = extent.value;
  const count = members.value.length;
  if (count + top + floor === 0) return refused(refusal("not_found", "there is no such room"));
  const listed = members.value.slice(0, MAX_LISTED_MEMBERS);
  return json({
    room,
    count,
    ...extent.value,
    ...watch.gathering?.rates.of(room),
    members: listed,
  });
}

/** Of those who are connected. */
export function listClients({ hub }: LookingPorts, { query }: Call<never>): Answer {
  const wanted = query.get("q")?.toLowerCase() ?? "";
  const room = query.get("room");
  const found: ClientLine[] = [...hub.inspection.clients()].filter(
    (client) =>
      (room === null || client.rooms.includes(room)) &&
      [client.clientId, client.user, client.name, client.remote].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
  );
  return answer(pageOf(found, query, CLIENT_ORDERS), ({ page, total }) =>
    JSON.stringify({ clients: page, total } satisfies ClientsPage),
  );
}

export function showClient(
  { hub, watch, clock }: LookingPorts,
  { parameters: { client: clientId } }: Call<"client">,
): Answer {
  const client = hub.inspection.client(clientId);
  const timeline = watch.gathering?.timelines.of(clientId);
  if (client === undefined && timeline === undefined) return refused(unknownClient());
  const began = client === undefined ? [] : before(client, clock.now(), timeline);
  return json({ client: client ?? null, timeline: [...began, ...(timeline ?? [])] });
}

export const unknownClient = (): Refusal => refusal("unknown_member", "no such client is here");

/** It connected before anybody watched. */
function before(
  { remote, transport, connectedMs }: ClientView,
  now: number,
  timeline: readonly TimelineEntry[] = [],
): TimelineEntry[] {
  if (timeline.some(({ kind }) => kind === "connected" || kind === "resumed")) return [];
  return [{ time: Math.round(now - connectedMs), kind: "connected", remote, transport }];
}

/** By the contract that the inspector reads. */
const json = (value: Overview | ContractView | RoomDetail | ClientDetail): Answer => ({
  status: 200,
  body: JSON.stringify(value),
});

function pageOf<Line>(
  lines: Line[],
  query: URLSearchParams,
  orders: Readonly<Record<string, (a: Line, b: Line) => number>>,
): Result<{ readonly page: readonly Line[]; readonly total: number }, Refusal> {
  const [first = ""] = Object.keys(orders);
  const order = new Map(Object.entries(orders)).get(query.get("order") ?? first);
  const skip = wholeNumber(query.get("skip") ?? "0");
  const limit = wholeNumber(query.get("limit") ?? String(PAGE));
  if (order === undefined)
    return err(refusal("bad_message", `order: one of ${Object.keys(orders).join(", ")}`));
  if (skip === undefined || limit === undefined || limit === 0)
    return err(refusal("bad_message", `skip and limit are whole numbers, limit from 1 to ${MAX_PAGE}`));
  const page = lines.sort(order).slice(skip, skip + Math.min(limit, MAX_PAGE));
  return ok({ page, total: lines.length });
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
