/** Roomcast as a library: wired together, on real sockets, with the memory store. */
import { defineContract } from "@roomcast/protocol";
import { createServer as createHttpServer } from "node:http";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";

import { BareSocket } from "../test/bare-socket.ts";
import { member, next, portOf, QUIET, started } from "../test/library.ts";
import { answer, change, createServer, refuse, type RoomcastServer } from "./index.ts";

const post = (server: RoomcastServer, body: object): Promise<Response> =>
  fetch(`${server.url}/v1/rooms/general/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the server as a library", () => {
  it("D8: any code publishes into a room, reads it, and sees who is there", async () => {
    const server = await started();
    const ada = await member(server, { name: "Ada" });
    const room = server.rooms.get("general");
    const published = await room.publish("message", { text: "from a route" }, { id: "p1" });
    expect(published).toMatchObject({
      ok: true,
      value: { id: "p1", room: "general", position: { offset: 1 } },
    });
    expect(await next(ada, "event")).toMatchObject({
      data: { text: "from a route" },
      from: { clientId: null, user: "server" },
    });
    expect(await room.history()).toMatchObject({ ok: true, value: { events: [{ id: "p1" }], more: false } });
    expect(await room.members()).toMatchObject({ ok: true, value: [{ name: "Ada" }] });
    expect(server.rooms.list()).toEqual([{ room: "general", count: 1 }]);
    ada.destroy();
  });

  it("B14: what the contract refuses is a value, not a throw", async () => {
    const server = await started();
    const published = await server.rooms.get("general").publish("message", { text: "" });
    expect(published).toMatchObject({ ok: false, error: { code: "invalid_data" } });
    expect(await server.rooms.get("no room!").publish("message", { text: "x" })).toMatchObject({
      ok: false,
      error: { code: "bad_room" },
    });
  });

  it("B10 B11: handlers refuse, change and answer, over sockets and plain HTTP alike", async () => {
    const seen: unknown[] = [];
    const server = await started({
      handlers: {
        message({ data, from, room }) {
          seen.push([room, from.user.split(":")[0], data.text]);
          if (data.text === "bad") return refuse("not here");
          if (data.text === "who") return answer({ you: from.user });
          if (data.text === "loud") return change({ text: "LOUD" });
        },
      },
    });
    const ada = await member(server);
    for (const text of ["bad", "who", "loud", "plain"])
      ada.say({ type: "publish", id: text, room: "general", event: "message", data: { text } });
    expect(await next(ada, "error")).toMatchObject({ id: "bad", code: "forbidden", message: "not here" });
    expect(await next(ada, "ack")).toMatchObject({
      id: "who",
      answer: { you: expect.stringMatching(/^guest:/) },
    });
    expect(await next(ada, "event")).toMatchObject({ id: "loud", data: { text: "LOUD" } });
    expect(await next(ada, "event")).toMatchObject({ id: "plain", data: { text: "plain" } });
    expect((await post(server, { event: "message", data: { text: "bad" } })).status).toBe(403);
    expect(await (await post(server, { event: "message", data: { text: "who" } })).json()).toMatchObject({
      answer: { you: "guest" },
    });
    expect(seen).toContainEqual(["general", "guest", "loud"]);
    ada.destroy();
  });

  it("C7: a policy of one's own decides who enters", async () => {
    const server = await started({
      policy: {
        authenticate: (token) =>
          token === "t"
            ? { ok: true, value: { user: "ada" } }
            : { ok: false, error: { code: "unauthorised", message: "no" } },
        authorise: () => undefined,
      },
    });
    const socket = await BareSocket.open(portOf(server));
    socket.say({ type: "hello", protocol: 1 });
    expect(await socket.closeFrame()).toMatchObject({ code: 4501 });
    expect((await fetch(`${server.url}/v1/rooms`)).status).toBe(401);
    expect((await fetch(`${server.url}/v1/rooms`, { headers: { authorization: "Bearer t" } })).status).toBe(
      200,
    );
  });

  it("W-HOOK D10: the application's own sessions let in before anything is accepted, by socket and plain HTTP", async () => {
    const server = await started({
      authenticate: async ({ headers: { cookie } }) => {
        if (cookie === "sid=1") return { user: "ada", name: "Ada" };
        return cookie === undefined ? undefined : refuse("log in again", "unauthorised");
      },
    });
    const upgraded = async (cookie: string): Promise<string> => {
      const socket = await BareSocket.connect(portOf(server));
      const head = await socket.handshake({ Cookie: cookie });
      socket.destroy();
      return head;
    };
    expect(await upgraded("sid=1")).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgraded("sid=2")).toMatch(/^HTTP\/1\.1 401 /);
    const ada = await BareSocket.open(portOf(server), { Cookie: "sid=1" });
    ada.say({ type: "hello", protocol: 1, name: "Mallory" });
    expect(await ada.message()).toMatchObject({ type: "welcome", user: "ada" });
    expect(await next(ada, "joined")).toMatchObject({ members: [{ user: "ada", name: "Ada" }] });
    const stranger = await BareSocket.open(portOf(server));
    stranger.say({ type: "hello", protocol: 1 });
    expect(await stranger.closeFrame()).toMatchObject({ code: 4501 });
    const rooms = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/v1/rooms`, { headers })).status;
    expect([await rooms({ cookie: "sid=1" }), await rooms({ cookie: "sid=2" }), await rooms({})]).toEqual([
      200, 401, 401,
    ]);
    for (const socket of [ada, stranger]) socket.destroy();
  });

  it("B4 A8: a client is taken out of a room, and the room is told", async () => {
    const server = await started();
    const socket = await BareSocket.open(portOf(server));
    socket.say({ type: "hello", protocol: 1 });
    const { clientId } = await socket.message();
    await next(socket, "joined");
    expect(server.rooms.get("general").kick("nobody")).toBe(false);
    expect(server.rooms.get("general").kick(String(clientId))).toBe(true);
    expect(await next(socket, "left")).toMatchObject({ room: "general", reason: "kicked" });
    socket.destroy();
  });

  it("R-LIMIT-ANY-REQUEST: whatever is asked costs its address a credit, but in a server of one's own", async () => {
    const asked = ["/healthz", "/v1/ws", "/nowhere", "/healthz"];
    const statuses = async (url: string): Promise<number[]> => {
      const answers: number[] = [];
      for (const path of asked) answers.push((await fetch(new URL(path, url))).status);
      return answers;
    };
    const server = await started({ requestsPerSecond: 1 });
    expect(await statuses(server.url)).toEqual([200, 426, 429, 429]);
    const free = await started({ requestsPerSecond: 1, connectionsPerAddress: 0 });
    expect(await statuses(free.url)).toEqual([200, 426, 404, 200]);
    const http = createHttpServer((_request, response) => response.writeHead(404).end());
    const shared = await started({ requestsPerSecond: 1, server: http });
    expect(await statuses(shared.url)).toEqual([200, 426, 404, 200]);
    await new Promise((resolve) => http.close(resolve).closeAllConnections());
  });

  it("W-13: the time to say hello and the burst of messages are settings", async () => {
    const server = await started({ helloTimeoutMs: 20, messagesPerSecond: 1 });
    const silent = await BareSocket.open(portOf(server));
    expect(await silent.closeFrame()).toMatchObject({ code: 4408 });
    const eager = await member(server);
    for (let ping = 0; ping < 4; ping += 1) eager.say({ type: "ping" });
    expect(await next(eager, "error")).toMatchObject({ code: "overloaded" });
    silent.destroy();
    eager.destroy();
  });
});

describe("a contract of one's own", () => {
  it("B5 B9: is checked for everybody, and an event of the server's own is not for clients", async () => {
    const contract = defineContract({
      events: {
        price: { data: v.object({ amount: v.number() }), publisher: "server" },
        order: { data: v.object({ pieces: v.number() }) },
      },
    });
    const server = await createServer({
      ...QUIET,
      contract,
      handlers: { order: ({ data }) => (data.pieces > 9 ? refuse("too many") : undefined) },
    });
    onTestFinished(() => server.close());
    await server.listen();
    expect((await server.rooms.get("shop").publish("price", { amount: 5 })).ok).toBe(true);
    const plain = server as unknown as RoomcastServer;
    expect((await post(plain, { event: "price", data: { amount: 5 } })).status).toBe(403);
    expect((await post(plain, { event: "order", data: { pieces: 10 } })).status).toBe(403);
    expect((await post(plain, { event: "order", data: { pieces: 9 } })).status).toBe(200);
    expect((await post(plain, { event: "message", data: { text: "unknown here" } })).status).toBe(400);
  });
});

/** Never run: what the compiler must accept and refuse. */
export const typed = async (): Promise<void> => {
  const bundled = await createServer({
    handlers: {
      message({ data }) {
        expectTypeOf(data).toEqualTypeOf<{ text: string; replyTo?: number }>();
      },
    },
  });
  expectTypeOf(bundled).toEqualTypeOf<RoomcastServer>();
  void bundled.rooms.get("general").publish("an.event.of.ones.own", 5);
  // @ts-expect-error the data of a known event is checked
  void bundled.rooms.get("general").publish("message", { words: "x" });

  const contract = defineContract({ events: { order: { data: v.object({ pieces: v.number() }) } } });
  const strict = await createServer({
    contract,
    handlers: {
      order({ data }) {
        expectTypeOf(data).toEqualTypeOf<{ pieces: number }>();
      },
    },
  });
  void strict.rooms.get("shop").publish("order", { pieces: 1 });
  // @ts-expect-error no such event
  void strict.rooms.get("shop").publish("message", { text: "x" });
  // @ts-expect-error no such event
  void createServer({ contract, handlers: { message: () => undefined } });
};
