/** The whole protocol without a WebSocket, over real sockets, with the hub and its memory log behind it. */
import { type Policy } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { HEARTBEAT_MS, PONG_TIMEOUT_MS } from "@roomcast/protocol";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { knowsAda } from "../../../test/knows-ada.ts";
import { BareSocket } from "../../../test/bare-socket.ts";
import { FREE, openPlaces } from "../../../test/open-places.ts";
import { RecordingHub } from "../../../test/recording-hub.ts";
import { VirtualClient } from "../../../test/virtual-client.ts";
import { createServer, type RoomcastServer, type ServerOptions } from "../../index.ts";
import { NodeRandom } from "../../node-random.ts";
import { Entrance } from "../entrance.ts";
import { type Answer, send } from "../http/answer.ts";
import { route } from "../http/route.ts";
import { Routes } from "../http/routes.ts";
import { Origins } from "../origins.ts";
import { Streams } from "./streams.ts";
import { VirtualSockets } from "./virtual-sockets.ts";

const policy: Policy = {
  authenticate: knowsAda,
  authorise: () => undefined,
};

let server: RoomcastServer;
const begin = async (options: ServerOptions = {}): Promise<void> => {
  server = await createServer({
    ...{ store: "memory", log: "silent", port: 0, host: "127.0.0.1", web: false, policy },
    ...options,
  });
  await server.listen();
};
beforeEach(() => begin());
afterEach(() => server.close());

const portOf = (): number => Number(new URL(server.url).port);
const publication = (id: string): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
});

/** Its connections, with the clock in the test's hand and a hub that only remembers. */
async function recorded(
  clock: ManualClock,
  hub: RecordingHub,
): Promise<{ readonly url: string; readonly end: () => Promise<unknown> }> {
  const origins = new Origins();
  const onFault = (error: unknown): never => {
    throw error;
  };
  const entrance = new Entrance({ policy, origins, clock, onFault });
  const streams = new Streams(clock, HEARTBEAT_MS, openPlaces());
  const random = new NodeRandom();
  const sockets = new VirtualSockets({ hub, entrance, clock, random, streams, credits: FREE });
  const routes = new Routes<Answer | undefined>(
    [
      route("POST", "/v1/sse", (call) => sockets.open(call)),
      route("POST", "/v1/sse/messages", (call) => sockets.take(call)),
    ],
    onFault,
  );
  const http = createHttpServer((request, response) => {
    void routes.call(routes.choose(request)!.found!, request, response).then((answer) => {
      if (answer !== undefined) send(response, answer);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const end = (): Promise<unknown> => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
  return { url, end };
}

describe("POST /v1/sse", () => {
  it("P-SSE-9: hello, welcome, joined, publish and ack as on a WebSocket, with one who has one", async () => {
    await using ada = await VirtualClient.open(server.url);
    expect(ada.stream.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(await ada.say({ type: "hello", protocol: 1, name: "Ada" })).toEqual({
      status: 200,
      body: { batch: 1 },
    });
    const welcome = await ada.message();
    expect(welcome).toMatchObject({ type: "welcome", resumed: false });
    expect(await ada.message()).toMatchObject({ type: "joined", room: "general", count: 1 });
    const bob = await BareSocket.open(portOf());
    bob.say({ type: "hello", protocol: 1, name: "Bob" });
    // Her own coming may be told of first, and by itself.
    let presence = await ada.hear("presence");
    while (presence["count"] !== 2) presence = await ada.hear("presence");
    expect(presence["joined"]).toContainEqual(expect.objectContaining({ name: "Bob" }));
    await ada.say(publication("a1"));
    expect(await ada.message()).toMatchObject({ type: "event", id: "a1", from: { name: "Ada" }, offset: 1 });
    expect(await ada.message()).toMatchObject({ type: "ack", id: "a1", position: { offset: 1 } });
    bob.say(publication("b1"));
    expect(await ada.hear("event")).toMatchObject({ id: "b1", from: { name: "Bob" }, offset: 2 });
    expect(server.hub.counts()).toMatchObject({ connections: 2, sessions: 2 });
    bob.destroy();
  });

  it("P-SSE-9: a session goes from a WebSocket to a stream and back, fenced, and a publish counts once", async () => {
    const first = await BareSocket.open(portOf());
    first.say({ type: "hello", protocol: 1 });
    const { resume, clientId } = await first.message();
    await first.message();
    first.say(publication("p1"));
    await using second = await VirtualClient.hello(server.url, { resume });
    const welcome = await second.message();
    expect(welcome).toMatchObject({ type: "welcome", clientId, resumed: true });
    await second.hear("joined");
    await second.say(publication("p1"));
    expect(await second.hear("ack")).toMatchObject({ id: "p1", duplicate: true, position: { offset: 1 } });
    const third = await BareSocket.open(portOf());
    third.say({ type: "hello", protocol: 1, resume: welcome["resume"] });
    expect(await third.message()).toMatchObject({ clientId, resumed: true });
    expect(await second.closed()).toEqual({ code: 4509, reason: expect.any(String) });
    expect(server.hub.counts()).toMatchObject({ connections: 1, sessions: 1 });
    first.destroy();
    third.destroy();
  });

  it("P-SSE-9: a drain and its close reach the client, and nothing is left open", async () => {
    await using ada = await VirtualClient.hello(server.url);
    await ada.hear("joined");
    const closing = server.close();
    expect(await ada.hear("drain")).toMatchObject({ reconnectAfterMs: expect.any(Number) });
    expect(await ada.closed()).toMatchObject({ code: 1012 });
    await closing;
  });

  it("T1 P-SSE-11: foreign pages are refused, and who names no page must be no page", async () => {
    for (const origin of ["https://evil.example", "null"]) {
      const response = await fetch(`${server.url}/v1/sse`, { method: "POST", headers: { origin } });
      expect(response.status).toBe(403);
    }
    const proxied = { "x-forwarded-for": "203.0.113.7" };
    const without = await fetch(`${server.url}/v1/sse`, { method: "POST", headers: proxied });
    expect(without.status).toBe(403);
    await using withToken = await VirtualClient.open(server.url, { ...proxied, authorization: "Bearer ada" });
    await withToken.say({ type: "hello", protocol: 1 });
    expect(await withToken.message()).toMatchObject({ type: "welcome", user: "ada" });
    expect(
      (await fetch(`${server.url}/v1/sse`, { method: "POST", headers: { authorization: "Bearer bad" } }))
        .status,
    ).toBe(401);
    expect((await fetch(`${server.url}/v1/sse`)).status).toBe(405);
  });

  it("P-SSE-11: who says no hello is closed, as is who says two", async () => {
    await server.close();
    await begin({ helloTimeoutMs: 30 });
    await using silent = await VirtualClient.open(server.url);
    expect(await silent.closed()).toMatchObject({ code: 4408 });
    // With time enough for the first hello, however busy the machine is.
    await server.close();
    await begin({});
    await using twice = await VirtualClient.hello(server.url);
    await twice.say({ type: "hello", protocol: 1 });
    expect(await twice.closed()).toMatchObject({ code: 4429 });
  });

  it("P-SSE-11: a message is as large as a frame may be, and no larger", async () => {
    await using ada = await VirtualClient.hello(server.url);
    await ada.hear("joined");
    const empty = JSON.stringify({ ...publication("x"), event: "note", data: "" });
    const largest = JSON.stringify({
      ...publication("x"),
      event: "note",
      data: "x".repeat(65_536 - empty.length),
    });
    expect(await ada.batch(largest)).toMatchObject({ status: 200 });
    expect(await ada.hear("ack")).toMatchObject({ id: "x" });
    expect(await ada.batch(`${largest} `)).toMatchObject({ status: 413 });
    expect(await ada.closed()).toMatchObject({ code: 1009 });
    await using early = await VirtualClient.open(server.url);
    const tooEarly = publication("y");
    const tooLarge = { type: "hello", protocol: 1, name: "x".repeat(16_384) };
    expect(await early.say(tooEarly, tooLarge)).toMatchObject({ status: 413 });
    // What was answered goes out before the close.
    expect(await early.hear("error")).toMatchObject({ id: "y", code: "hello_required" });
    expect(await early.closed()).toMatchObject({ code: 1009 });
  });

  it("P-SSE-11 T8: behind the line that ends the connection nothing of a batch is read", async () => {
    await using ada = await VirtualClient.open(server.url);
    // Read, it would be too large for what comes before hello.
    const last = "x".repeat(20_000);
    const lines = [...Array.from({ length: 10 }, () => "no JSON"), last].join("\n");
    expect(await ada.batch(lines)).toMatchObject({ status: 200 });
    expect(await ada.closed()).toMatchObject({ code: 4400 });
  });

  it("P-SSE-11: batches without a message close it in the end", async () => {
    await using ada = await VirtualClient.hello(server.url);
    await ada.batch(Array.from({ length: 9 }, () => "no JSON").join("\n"));
    expect(await ada.hear("error")).toMatchObject({ code: "bad_message" });
    await ada.batch("[]");
    expect(await ada.closed()).toMatchObject({ code: 4400 });
    await using idle = await VirtualClient.hello(server.url);
    let last = 200;
    for (let count = 0; count <= 101 && last === 200; count += 1) last = (await idle.batch("")).status;
    expect(await idle.closed()).toMatchObject({ code: 4429 });
    await using hasty = await VirtualClient.hello(server.url);
    last = 409;
    for (let count = 0; count <= 101 && last === 409; count += 1)
      last = (await hasty.batch("{}", { "roomcast-batch": "9" })).status;
    expect(await hasty.closed()).toMatchObject({ code: 4429 });
  });
});

describe("POST /v1/sse/messages", () => {
  it("P-SSE-10: a batch is carried out in its order, and one that comes again has no effect", async () => {
    await using ada = await VirtualClient.hello(server.url, { join: [{ room: "general", history: 0 }] });
    await ada.hear("joined");
    const lines = ["a", "b", "c"].map((id) => JSON.stringify(publication(id))).join("\n");
    expect(await ada.batch(lines, { "roomcast-batch": "3" })).toMatchObject({ status: 409 });
    expect(await ada.batch(lines, { "roomcast-batch": "2" })).toMatchObject({ status: 200 });
    expect(await ada.batch(lines, { "roomcast-batch": "2" })).toMatchObject({
      status: 200,
      body: { batch: 2 },
    });
    await ada.batch(JSON.stringify({ type: "ping" }), { "roomcast-batch": "3" });
    await ada.hear("pong");
    const page = await server.rooms.get("general").history();
    expect(page.ok && page.value.events.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("P-SSE-10: of two that come at once under one number one counts", async () => {
    await using ada = await VirtualClient.hello(server.url);
    await ada.hear("joined");
    const line = JSON.stringify(publication("once"));
    const both = await Promise.all([1, 2].map(() => ada.batch(line, { "roomcast-batch": "2" })));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await ada.hear("ack")).toMatchObject({ id: "once" });
    await ada.batch(JSON.stringify(publication("after")), { "roomcast-batch": "3" });
    expect(await ada.hear("ack"), "no second ack stands before this one").toMatchObject({ id: "after" });
  });

  it.each([
    ["an unknown connection", { "roomcast-connection": "nobody" }, 404, "not_found"],
    ["a name like a prototype's", { "roomcast-connection": "__proto__" }, 404, "not_found"],
    ["no number", { "roomcast-batch": "x" }, 400, "bad_message"],
    ["number 0", { "roomcast-batch": "0" }, 400, "bad_message"],
    ["another type", { "content-type": "text/plain" }, 415, "bad_message"],
  ])("P-SSE-10: %s is refused, and the connection lives", async (_what, headers, status, code) => {
    await using ada = await VirtualClient.hello(server.url);
    await ada.hear("joined");
    expect(await ada.batch("{}", headers)).toMatchObject({ status, body: { error: { code } } });
    expect(await ada.batch(Buffer.from([0x22, 0xff, 0x22]), { "roomcast-batch": "2" })).toMatchObject({
      status: 400,
    });
    await ada.batch(JSON.stringify({ type: "ping" }), { "roomcast-batch": "2" });
    await ada.hear("pong");
  });

  it("P-SSE-12: a client that answers no heartbeat is gone, one that does is not", async () => {
    const clock = new ManualClock();
    const hub = new RecordingHub();
    const { url, end } = await recorded(clock, hub);
    await using silent = await VirtualClient.open(url);
    const left = await hub.newest();
    await using alive = await VirtualClient.open(url);
    const stays = await hub.newest();
    clock.advance(HEARTBEAT_MS);
    expect((await silent.stream.next()).event).toBe("ping");
    expect((await alive.stream.next()).event).toBe("ping");
    await alive.batch("");
    clock.advance(PONG_TIMEOUT_MS);
    await hub.until(() => left.ends.length > 0);
    expect(left.ends[0]).toEqual({ code: 1006, reason: "no sign of life came in time" });
    expect(stays.ends).toEqual([]);
    await expect(silent.stream.rest()).rejects.toThrow();
    await end();
  });

  it("R-REST P-SSE-13: a close behind a batch that is left unread for a while waits with it", async () => {
    const hub = new RecordingHub();
    const { url, end } = await recorded(new ManualClock(), hub);
    await using ada = await VirtualClient.open(url);
    const { connection, received, ends } = await hub.newest();
    connection.pause?.();
    expect(await ada.batch('{"type":"ping"}', { "roomcast-close": "1000" })).toMatchObject({ status: 200 });
    expect([received.length, ends]).toEqual([0, []]);
    connection.resume?.();
    expect([received.length, ends[0]]).toEqual([1, { code: 1000, reason: "" }]);
    await ada.stream.rest();
    await end();
  });

  it("R-REST: what batches bring while the connection is paused is read once it is resumed; too much of it ends it", async () => {
    const hub = new RecordingHub();
    const { url, end } = await recorded(new ManualClock(), hub);
    await using ada = await VirtualClient.open(url);
    const { connection, received, ends } = await hub.newest();
    const ping = { type: "ping" };
    await ada.say(ping);
    connection.pause?.();
    expect(await ada.say(ping, ping)).toMatchObject({ status: 200 });
    expect(received).toHaveLength(1);
    connection.resume?.();
    expect(received).toHaveLength(3);
    connection.pause?.();
    const full = Array.from({ length: 4_000 }, () => "{}").join("\n");
    while (ends.length === 0) await ada.batch(full);
    expect(ends[0]).toMatchObject({ code: 4429 });
    expect(received).toHaveLength(3);
    expect(await ada.closed()).toMatchObject({ code: 4429 });
    await end();
  });

  it("P-SSE-11 R-LIMIT-REQUESTS: a batch of a connection that is not there costs its address a credit", async () => {
    await server.close();
    await begin({ messagesPerSecond: 1 });
    await using ada = await VirtualClient.hello(server.url);
    const stray = (): Promise<Response> =>
      fetch(`${server.url}/v1/sse/messages`, { method: "POST", headers: { "roomcast-connection": "none" } });
    expect([(await stray()).status, (await stray()).status]).toEqual([404, 404]);
    const refused = await stray();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    // Whoever has a connection pays there.
    expect(await ada.batch("")).toMatchObject({ status: 200 });
  });

  it("P-SSE-13: Roomcast-Close leaves at once, behind the batch it comes with", async () => {
    await using ada = await VirtualClient.hello(server.url);
    await ada.hear("joined");
    await using bob = await VirtualClient.hello(server.url);
    await bob.hear("joined");
    await ada.batch(JSON.stringify(publication("bye")), { "roomcast-close": "1000" });
    expect(await bob.hear("event")).toMatchObject({ id: "bye" });
    expect(await bob.hear("presence")).toMatchObject({ left: [{ reason: "closed" }] });
    expect(server.hub.counts()).toMatchObject({ connections: 1, sessions: 1 });
    await ada.stream.rest();
    expect(await ada.batch("")).toMatchObject({ status: 404 });
  });

  it("P-SSE-13: a stream that ends without it is a socket that vanished", async () => {
    const ada = await VirtualClient.hello(server.url);
    await ada.hear("joined");
    await ada[Symbol.asyncDispose]();
    await expect.poll(() => server.hub.counts().connections).toBe(0);
    expect(server.hub.counts().sessions).toBe(1);
  });

  it("T26: a stream that is asked for behind another one is refused, so that none is held unseen", async () => {
    const socket = await BareSocket.connect(portOf());
    const head = "POST /v1/sse HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    socket.write(head + head);
    await expect.poll(() => server.hub.counts().connections).toBe(1);
    socket.destroy();
    await expect.poll(() => server.hub.counts().connections).toBe(0);
  });
});
