/** Rights per room over every transport, and what a stranger can find out about rooms that it may not enter. */
import { createServer, type RoomcastServer } from "@roomcast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Line, LINES, type Told } from "../harness/line.ts";
import { JWT_SECRET, tokenOf } from "../harness/tokens.ts";

let server: RoomcastServer;
/** Is in the room that is closed to all others. */
let insider: Line;

beforeAll(async () => {
  server = await createServer({
    ...{ store: "memory", log: "silent", port: 0, host: "127.0.0.1", jwtSecret: JWT_SECRET },
    authorize: (user, room) => (room.startsWith("hooked.") ? room === `hooked.${user.user}` : undefined),
  });
  await server.listen();
  const rooms = { "private*": ["admin"], "news*": ["admin"] };
  insider = await LINES["ws"]!(server.url, {
    token: tokenOf("root", { rooms }),
    join: [{ room: "private" }, { room: "news" }],
  });
  for (const room of ["private", "news"])
    await server.rooms.get(room).publish("message", { text: "said before" });
});
afterAll(async () => {
  await insider[Symbol.asyncDispose]();
  await server.close();
});

const READER = tokenOf("ada", {
  rooms: { news: ["join", "history"], lobby: ["join", "publish:message", "publish:game.*"], blind: ["join"] },
});
const say = (room: string, event: string): { type: string } & Record<string, unknown> => ({
  ...{ type: "publish", room, event, data: { text: "hello" } },
});

/** Over plain HTTP. */
async function request(method: string, path: string, body?: object, token = READER): Promise<Told> {
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (answer.headers.get("content-type")?.includes("event-stream") === true) {
    await answer.body?.cancel();
    return { type: "stream" };
  }
  return { type: String(answer.status), ...((await answer.json()) as object) };
}

const MESSAGE = { event: "message", data: { text: "hello" } };

describe.each(Object.entries(LINES))("by %s", (_, open) => {
  it("P-MAY-1 P-MAY-4: what the token names may be done, and nothing else", async () => {
    await using line = await open(server.url, { token: READER, join: [{ room: "lobby" }] });
    expect(await line.ask({ type: "join", room: "news" })).toMatchObject({
      events: [{ data: { text: "said before" } }],
    });
    expect(await line.ask({ type: "history", room: "news" })).toMatchObject({ more: false });
    expect(await line.ask(say("news", "message"))).toMatchObject({ code: "forbidden" });
    expect(await line.ask({ type: "presence", room: "news", state: {} })).toMatchObject({
      code: "forbidden",
    });
    expect(await line.ask(say("lobby", "message"))).toMatchObject({
      position: { offset: expect.any(Number) },
    });
    expect(await line.ask(say("lobby", "game.move"))).toMatchObject({ position: {} });
    expect(await line.ask(say("lobby", "status"))).toMatchObject({ code: "forbidden" });
    expect(await line.ask({ ...say("lobby", "message"), to: "nobody" })).toMatchObject({ code: "forbidden" });
    expect(await line.ask({ type: "history", room: "lobby" })).toMatchObject({ code: "forbidden" });
    expect(await line.ask({ type: "join", room: "elsewhere" })).toMatchObject({ code: "forbidden" });
  });

  it("P-MAY-1: the application's own word counts", async () => {
    await using line = await open(server.url, { token: READER });
    expect(await line.ask({ type: "join", room: "hooked.ada" })).toMatchObject({ position: {} });
    expect(await line.ask({ type: "join", room: "hooked.bob" })).toMatchObject({ code: "forbidden" });
  });

  it("P-MAY-3: without history a room is as it is from now on", async () => {
    await server.rooms.get("blind").publish("message", { text: "said before" });
    await using line = await open(server.url, { token: READER });
    expect(await line.ask({ type: "join", room: "blind" })).toMatchObject({ events: [] });
    expect(await line.ask({ type: "history", room: "blind" })).toMatchObject({ code: "forbidden" });
  });

  it("P-MAY-2 T19: a room that is closed to them looks like one that is not there", async () => {
    await using line = await open(server.url, {
      token: READER,
      join: [{ room: "private" }, { room: "private.not" }],
    });
    const refusals = line.told.filter(({ type }) => type === "error").map(({ room: __, ...rest }) => rest);
    expect(refusals[0]).toEqual(refusals[1]);
    const alike = async (ask: (room: string) => { type: string }): Promise<void> => {
      const [there, not] = [await line.ask(ask("private")), await line.ask(ask("private.not"))];
      const plain = ({ id: __, room: ___, ...rest }: Told): object => rest;
      expect(plain(there)).toEqual(plain(not));
      expect(there.type).toBe("error");
    };
    await alike((room) => ({ type: "join", room }));
    await alike((room) => ({ type: "join", room, since: { epoch: "x", offset: 1 } }));
    await alike((room) => ({ type: "leave", room }));
    await alike((room) => ({ type: "history", room }));
    await alike((room) => ({ type: "presence", room, state: {} }));
    await alike((room) => say(room, "message"));
    await alike((room) => ({ ...say(room, "message"), to: insider.told[0]!.clientId }));
  });
});

describe("by plain HTTP", () => {
  it("P-MAY-1 P-MAY-4: what the token names may be done, and nothing else", async () => {
    expect(await request("GET", "/v1/rooms/news/events")).toMatchObject({ type: "200" });
    expect(await request("GET", "/v1/rooms/news/stream")).toEqual({ type: "stream" });
    expect(await request("GET", "/v1/rooms/news/members")).toMatchObject({ type: "403" });
    expect(await request("GET", "/v1/rooms/lobby/events")).toMatchObject({ type: "403" });
    expect(await request("POST", "/v1/rooms/lobby/events", MESSAGE)).toMatchObject({ type: "200" });
    expect(await request("POST", "/v1/rooms/lobby/events", { ...MESSAGE, event: "status" })).toMatchObject({
      ...{ type: "403", error: { code: "forbidden" } },
    });
    expect(await request("GET", "/v1/rooms")).toMatchObject({ rooms: [{ room: "news", count: 1 }] });
  });

  it("P-MAY-2 T19: a room that is closed to them looks like one that is not there", async () => {
    for (const path of ["events", "members", "stream"]) {
      const there = await request("GET", `/v1/rooms/private/${path}`);
      expect(there).toEqual(await request("GET", `/v1/rooms/private.not/${path}`));
      expect(there).toMatchObject({ type: "403", error: { code: "forbidden" } });
    }
    const there = await request("POST", "/v1/rooms/private/events", MESSAGE);
    expect(there).toEqual(await request("POST", "/v1/rooms/private.not/events", MESSAGE));
    expect(there).toMatchObject({ type: "403" });
  });

  it("P-MAY-4: a token whose rooms are no rooms gets nobody in", async () => {
    const bad = tokenOf("ada", { rooms: { "a*b": ["join"] } });
    expect(await request("GET", "/v1/rooms", undefined, bad)).toMatchObject({ type: "401" });
  });
});

it("P-MAY-1: guests and users without rooms may do what the settings say", async () => {
  const other = await createServer({
    ...{ store: "memory", log: "silent", port: 0, host: "127.0.0.1", jwtSecret: JWT_SECRET, guests: "allow" },
    ...{ guestRooms: { lobby: ["join"] }, userRooms: { "*": ["join", "publish"] } },
  });
  await other.listen();
  await using guest = await LINES["ws"]!(other.url, { join: [{ room: "lobby" }, { room: "general" }] });
  expect(guest.told.slice(1)).toMatchObject([{ type: "joined" }, { type: "error", code: "forbidden" }]);
  expect(await guest.ask(say("lobby", "message"))).toMatchObject({ code: "forbidden" });
  await using user = await LINES["ws"]!(other.url, { token: tokenOf("ada"), join: [{ room: "general" }] });
  expect(await user.ask(say("general", "message"))).toMatchObject({ type: "ack" });
  await other.close();
  await expect(createServer({ store: "memory", userRooms: { "a*b": ["join"] } })).rejects.toThrow(
    /^userRooms must be/,
  );
});
