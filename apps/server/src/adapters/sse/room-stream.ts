/** GET /v1/rooms/{room}/stream: a room for whoever can do no more than read, in a browser's EventSource or a shell. */
import type { Hub, Identity } from "@roomcast/hub";
import { checkUp, err, type Refusal, refusal, type Result } from "@roomcast/protocol";

import { type Answer, refused } from "../http/answer.ts";
import type { Call } from "../http/route.ts";
import type { Entrance } from "../entrance.ts";
import type { Origins } from "../origins.ts";
import { comment, eventBlock } from "./event-block.ts";
import type { StreamWords } from "./event-stream.ts";
import { positionOf, roomFormat } from "./room-format.ts";
import type { Streams } from "./streams.ts";
import type { Tickets } from "./tickets.ts";

export interface RoomStreamPorts {
  readonly hub: Pick<Hub, "listen">;
  readonly entrance: Pick<Entrance, "identify">;
  readonly origins: Origins;
  readonly streams: Streams;
  readonly tickets: Tickets;
}

/** Long enough to spare a server that has just ended the stream of everybody, short enough to be overlooked. */
const RETRY_MS = 2_000;

const WORDS: StreamWords = {
  opening: eventBlock({ retryMs: RETRY_MS }),
  heartbeat: comment("alive"),
  closing: (code, reason) => comment(`closed with ${code}: ${reason}`),
};

/** @returns why not; otherwise the response goes on by itself. */
export async function roomStream(ports: RoomStreamPorts, call: Call<"room">): Promise<Answer | undefined> {
  const { request, response } = call;
  // Its page could not read it, but would hold it open.
  if (ports.origins.isForeign(request)) {
    return refused(refusal("forbidden", "pages of this origin may not read this"));
  }
  const identity = await identified(ports, call);
  if (!identity.ok) return refused(identity.error);
  const place = checkUp({ type: "join", id: "-", ...placeOf(call) });
  if (!place.ok) return refused(place.error);
  if (place.value.type !== "join") return refused(refusal("internal"));
  const opened = ports.streams.open(response, { transport: "sse", format: roomFormat, words: WORDS });
  if (!opened.ok) return refused(opened.error);
  opened.value.greeted();
  const listening = await ports.hub.listen(identity.value, place.value, opened.value);
  if (!listening.ok) return refused(listening.error);
  opened.value.listen(listening.value);
  if (request.method === "HEAD") opened.value.close("normal");
  return undefined;
}

/** A header comes first; what a browser's EventSource can send instead is a ticket. */
async function identified(
  { entrance, tickets }: RoomStreamPorts,
  { request, query }: Call<"room">,
): Promise<Result<Identity, Refusal>> {
  const ticket = query.get("ticket");
  if (ticket === null || request.headers.authorization !== undefined) return entrance.identify(request);
  return query.getAll("ticket").length > 1 ? err(refusal("unauthorised")) : tickets.redeem(ticket);
}

/** As in a join, where what is no number or position is left to be refused. */
function placeOf({ request, parameters, query }: Call<"room">): object {
  const history = query.get("history");
  // A browser that comes back repeats the address, which says where it began.
  const cursor = request.headers["last-event-id"] ?? query.get("since") ?? "";
  return {
    room: parameters.room,
    ...(history !== null && { history: /^\d{1,16}$/.test(history) ? Number(history) : history }),
    ...(cursor !== "" && { since: positionOf(String(cursor)) ?? cursor }),
  };
}
