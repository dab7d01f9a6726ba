/** Row D10: an application's own sessions decide who comes in, before anything is accepted, by whatever way they come. */
import { createServer, refuse, type RoomcastServer } from "@roomcast/server";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { BareClient } from "../harness/bare-client.ts";

let server: RoomcastServer;
beforeAll(async () => {
  server = await createServer({
    ...{ store: "memory", log: "silent", port: 0, host: "127.0.0.1" },
    // Later, as a look into a store of sessions is.
    async authenticate({ headers: { cookie } }) {
      if (cookie === "sid=ada") return { user: "ada", name: "Ada" };
      return cookie === "sid=banned" ? refuse("you are banned") : undefined;
    },
  });
  await server.listen();
});
afterAll(() => server.close());

type Knock = (cookie: string) => Promise<number | undefined>;

const request =
  (method: string, path: string, body?: string): Knock =>
  async (cookie) => {
    const headers = { cookie, ...(body !== undefined && { "content-type": "application/json" }) };
    const answer = await fetch(server.url + path, { method, headers, ...(body !== undefined && { body }) });
    await answer.body?.cancel();
    return answer.status;
  };

const upgrade =
  (path: string): Knock =>
  (cookie) =>
    new Promise((resolve) => {
      const socket = new WebSocket(server.url.replace("http", "ws") + path, { headers: { cookie } });
      socket.on("upgrade", ({ statusCode }) => {
        resolve(statusCode);
        socket.once("open", () => socket.terminate());
      });
      socket.on("unexpected-response", (_request, { statusCode }) => resolve(statusCode));
      socket.on("error", () => undefined);
    });

const EVENT = JSON.stringify({ event: "message", data: { text: "hello" } });

const WAYS: readonly (readonly [string, Knock, number])[] = [
  ["a WebSocket", upgrade("/v1/ws"), 101],
  ["a Socket.IO WebSocket", upgrade("/socket.io/?EIO=4&transport=websocket"), 101],
  ["a Socket.IO poll", request("GET", "/socket.io/?EIO=4&transport=polling"), 200],
  ["a Socket.IO poll that names no session", request("GET", "/socket.io/?EIO=4&transport=polling&sid="), 200],
  ["an event stream of a room", request("GET", "/v1/rooms/general/stream"), 200],
  ["the protocol without a WebSocket", request("POST", "/v1/sse"), 200],
  ["a publish", request("POST", "/v1/rooms/general/events", EVENT), 200],
  ["a look at the history", request("GET", "/v1/rooms/general/events"), 200],
];

describe.each(WAYS)("by %s", (_, knock, accepted) => {
  it("W-HOOK D10: whom the application knows is accepted, whom it bans is not", async () => {
    expect(await knock("sid=ada")).toBe(accepted);
    expect(await knock("sid=banned")).toBe(403);
  });
});

describe("who was accepted", () => {
  it("W-HOOK: is that user to everybody, without a token, and by whatever name it gives", async () => {
    const ada = await BareClient.open(`${server.url.replace("http", "ws")}/v1/ws`, { cookie: "sid=ada" });
    ada.say({ type: "hello", protocol: 1, name: "Mallory", join: [{ room: "known" }] });
    await ada.hear("joined");
    const socket = io(server.url, {
      ...{ extraHeaders: { cookie: "sid=ada" }, auth: { join: [{ room: "known" }] } },
    });
    await ada.hear("presence", ({ count }) => count === 2);
    const members = await server.rooms.get("known").members();
    expect(members.ok && members.value.map(({ user, name }) => [user, name])).toEqual([
      ["ada", "Ada"],
      ["ada", "Ada"],
    ]);
    socket.disconnect();
    await ada.close();
  });

  it("W-HOOK: whom the application does not know is no guest, unless guests are let in", async () => {
    const stranger = await BareClient.open(`${server.url.replace("http", "ws")}/v1/ws`);
    stranger.say({ type: "hello", protocol: 1 });
    expect(await stranger.closed()).toMatchObject({ code: 4501 });
  });
});
