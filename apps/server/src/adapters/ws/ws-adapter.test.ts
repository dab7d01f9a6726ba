/** The adapter over real sockets, spoken to by hand: what is let in, what is heard, and what bounds it. */
import { type Clock, GUEST, type Policy } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { err, ok, refusal } from "@roomcast/protocol";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { BareSocket, clientFrame, closePayload, OPCODE } from "../../../test/bare-socket.ts";
import { RecordingHub } from "../../../test/recording-hub.ts";
import { NodeClock } from "../../node-clock.ts";
import { Origins } from "../origins.ts";
import { textFrame } from "./text-frame.ts";
import { WsAdapter, type WsAdapterOptions } from "./ws-adapter.ts";

const HELLO = { type: "hello", protocol: 1 };
const HOUR_MS = 3_600_000;

const policy: Pick<Policy, "authenticate"> = {
  authenticate: (token) => (token === "bad" ? err(refusal("unauthorised")) : ok(GUEST)),
};

let running: { server: Server; adapter: WsAdapter; sockets: BareSocket[] } | undefined;

async function start(
  options: Partial<WsAdapterOptions> = {},
): Promise<{ hub: RecordingHub; port: number; adapter: WsAdapter }> {
  const hub = new RecordingHub();
  const adapter = new WsAdapter({
    ...{ hub, policy, clock: new NodeClock(), origins: new Origins() },
    ...{ heartbeatMs: HOUR_MS, connectionsPerAddress: 0, ...options },
  });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    adapter.upgrade(request, socket as never, head);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running = { server, adapter, sockets: [] };
  return { hub, adapter, port: (server.address() as AddressInfo).port };
}

async function open(
  port: number,
  headers: Record<string, string> = {},
  allowHalfOpen = false,
): Promise<BareSocket> {
  const socket = await BareSocket.open(port, headers, allowHalfOpen);
  running?.sockets.push(socket);
  return socket;
}

afterEach(async () => {
  if (running === undefined) return;
  const { server, adapter, sockets } = running;
  running = undefined;
  for (const socket of sockets) socket.destroy();
  await adapter.close();
  await new Promise((resolve) => server.close(resolve));
});

describe("the handshake", () => {
  const upgrade = async (port: number, headers: Record<string, string>): Promise<string> => {
    const socket = await BareSocket.connect(port);
    running?.sockets.push(socket);
    const head = await socket.handshake(headers);
    return head.startsWith("HTTP/1.1 101") ? head : head + (await socket.rest());
  };

  it("D12: the subprotocol roomcast.v1 is spoken when offered, alone or among others", async () => {
    const { port } = await start();
    expect(await upgrade(port, { "Sec-WebSocket-Protocol": "roomcast.v1" })).toContain(
      "Sec-WebSocket-Protocol: roomcast.v1",
    );
    expect(await upgrade(port, { "Sec-WebSocket-Protocol": "chat, roomcast.v1" })).toContain(
      "Sec-WebSocket-Protocol: roomcast.v1",
    );
  });

  it("D12: without a subprotocol none is named", async () => {
    const { port } = await start();
    const head = await upgrade(port, {});
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(head).not.toContain("Sec-WebSocket-Protocol");
  });

  it("D12: any other subprotocol is refused before the 101", async () => {
    const { port, hub } = await start();
    const answer = await upgrade(port, { "Sec-WebSocket-Protocol": "chat" });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"protocol_unsupported"');
    expect(hub.accepted).toEqual([]);
  });

  it.each(["https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "127.0.0.1"])(
    "T1: the foreign origin %s gets 403 before the 101, with the reason to read",
    async (origin) => {
      const { port, hub } = await start();
      const answer = await upgrade(port, { Origin: origin });
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"code":"forbidden"');
      expect(hub.accepted).toEqual([]);
    },
  );

  it("T1: the server's own origin and loopback ones are let in", async () => {
    const { port } = await start();
    const own = { Host: "chat.example", Origin: "https://chat.example" };
    for (const headers of [
      own,
      { Origin: "http://localhost:5173" },
      { Origin: `http://127.0.0.1:${port}` },
    ]) {
      expect(await upgrade(port, headers)).toMatch(/^HTTP\/1\.1 101 /);
    }
  });

  it("T1: a proxy's visitor without an Origin needs a token", async () => {
    const { port } = await start();
    const behindProxy = { "X-Forwarded-For": "203.0.113.9" };
    expect(await upgrade(port, behindProxy)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await upgrade(port, { ...behindProxy, Authorization: "Bearer good" })).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("D10: a bad token is refused before the 101, a broken Authorization too", async () => {
    const { port, hub } = await start();
    for (const authorization of ["Bearer bad", "Basic dXNlcjpwYXNz", "Bearer"]) {
      const answer = await upgrade(port, { Authorization: authorization });
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).toContain("WWW-Authenticate: Bearer");
    }
    expect(hub.accepted).toEqual([]);
  });

  it("T3: a token that takes too long to check ends the handshake after 5 s", async () => {
    const clock = new ManualClock();
    let asked: () => void = () => {};
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const never = { authenticate: () => (asked(), new Promise<never>(() => {})) };
    const { port } = await start({ clock, policy: never });
    const answer = upgrade(port, { Authorization: "Bearer slow" });
    await asking;
    clock.advance(5_000);
    expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
  });

  it("W-5: one address gets so many sockets and no more, until one of them ends", async () => {
    const { port, hub } = await start({ connectionsPerAddress: 2 });
    const first = await open(port);
    await open(port);
    expect(await upgrade(port, {})).toMatch(/^HTTP\/1\.1 429 /);
    first.destroy();
    await hub.until(() => hub.accepted[0]?.ends.length === 1);
    expect(await upgrade(port, {})).toMatch(/^HTTP\/1\.1 101 /);
  });

  it.each([
    ["no key", { "Sec-WebSocket-Key": "" }],
    ["two keys", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==" }],
    ["an old version", { "Sec-WebSocket-Version": "7" }],
    ["another upgrade", { Upgrade: "websocket, websocket" }],
  ])("T4: %s is answered by 400, and the server lives", async (_, headers) => {
    const { port } = await start();
    expect(await upgrade(port, headers)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await upgrade(port, {})).toMatch(/^HTTP\/1\.1 101 /);
  });
});

describe("what is heard", () => {
  it("A3 D1: a socket is one connection of the hub, and its masked text is one message", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    expect(accepted.connection).toMatchObject({ transport: "ws", remote: "127.0.0.1" });
    socket.say(HELLO);
    await hub.until(() => accepted.received.length === 1);
    expect(accepted.received).toEqual([ok(HELLO)]);
  });

  it("W-6: frames that come with the upgrade itself are heard", async () => {
    const { port, hub } = await start();
    const socket = await BareSocket.connect(port);
    running?.sockets.push(socket);
    socket.tcp.cork();
    const head = socket.handshake();
    socket.say(HELLO);
    socket.tcp.uncork();
    expect(await head).toMatch(/^HTTP\/1\.1 101 /);
    const accepted = await hub.newest();
    await hub.until(() => accepted.received.length === 1);
    expect(accepted.received).toEqual([ok(HELLO)]);
  });

  it("B8: fragments with a ping between them are one message, and the ping is answered first", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    const text = JSON.stringify(HELLO);
    socket.send(OPCODE.text, text.slice(0, 5), { fin: false });
    socket.send(OPCODE.ping, "still there?");
    socket.send(OPCODE.continuation, text.slice(5));
    await hub.until(() => accepted.received.length === 1);
    expect(accepted.received).toEqual([ok(HELLO)]);
    expect(await socket.frame()).toEqual({
      fin: true,
      opcode: OPCODE.pong,
      payload: Buffer.from("still there?"),
    });
  });

  it("B8: an empty frame is ignored; what is no JSON object or binary is a bad message that is counted", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    socket.send(OPCODE.text, "");
    socket.send(OPCODE.text, "{");
    socket.send(OPCODE.text, "[]");
    socket.send(OPCODE.binary, JSON.stringify(HELLO));
    socket.say(HELLO);
    await hub.until(() => accepted.received.length === 4);
    const bad = { ok: false, error: expect.objectContaining({ code: "bad_message", notAnObject: true }) };
    expect(accepted.received).toEqual([bad, bad, bad, ok(HELLO)]);
  });

  it("D10: the token of the upgrade stands for that of a hello without one, once", async () => {
    const { port, hub } = await start();
    const socket = await open(port, { Authorization: "Bearer good" });
    const accepted = await hub.newest();
    socket.say(HELLO);
    socket.say(HELLO);
    await hub.until(() => accepted.received.length === 2);
    expect(accepted.received).toEqual([ok({ ...HELLO, token: "good" }), ok(HELLO)]);
  });

  it("A10 A11: opcode 8 ends the connection with its code and reason, and is answered", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    socket.send(OPCODE.close, closePayload(4321, "my own reason"));
    expect(await socket.closeFrame()).toEqual({ code: 4321, reason: "my own reason" });
    await hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends).toEqual([{ code: 4321, reason: "my own reason" }]);
  });

  it("A10: opcode 8 without a code is 1005, a reset 1006", async () => {
    const { port, hub } = await start();
    const polite = await open(port);
    const first = await hub.newest();
    polite.send(OPCODE.close, "");
    await hub.until(() => first.ends.length > 0);
    expect(first.ends).toEqual([{ code: 1005, reason: "" }]);
    const rude = await open(port);
    const second = await hub.newest();
    rude.tcp.resetAndDestroy();
    await hub.until(() => second.ends.length > 0);
    expect(second.ends).toEqual([{ code: 1006, reason: "" }]);
  });
});

describe("what is said", () => {
  it("W-2: frames go out as they are, in their order, with the close behind them", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const { connection } = await hub.newest();
    connection.send(Buffer.concat([textFrame("one"), textFrame("two")]));
    connection.send(textFrame("x".repeat(70_000)));
    connection.close("kicked");
    connection.send(textFrame("too late"));
    expect((await socket.frame())?.payload.toString()).toBe("one");
    expect((await socket.frame())?.payload.toString()).toBe("two");
    expect((await socket.frame())?.payload).toHaveLength(70_000);
    expect(await socket.closeFrame()).toEqual({
      code: 4506,
      reason: "removed by an operator or the application",
    });
    socket.send(OPCODE.close, closePayload(4506));
    await socket.ended();
  });

  it("T10: what a peer does not take is counted", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    socket.tcp.pause();
    const { connection } = await hub.newest();
    const frame = textFrame("x".repeat(60_000));
    // The kernel takes a few megabytes before it lets the server wait.
    for (let sent = 0; sent < 200; sent += 1) connection.send(frame);
    expect(connection.bufferedBytes).toBeGreaterThan(1024 * 1024);
  });
});

describe("what bounds a socket", () => {
  const bytes = (length: number): string => "x".repeat(length);

  it.each([
    ["a whole message before hello", [clientFrame(OPCODE.text, bytes(16 * 1024 + 1))]],
    ["the announcement of one before hello", [clientFrame(OPCODE.text, "", { announced: 16n * 1024n + 1n })]],
    [
      "fragments before hello",
      [
        clientFrame(OPCODE.text, bytes(9_000), { fin: false }),
        clientFrame(OPCODE.continuation, bytes(9_000)),
      ],
    ],
    ["a length of 2^63", [clientFrame(OPCODE.text, "", { announced: 2n ** 63n })]],
    [
      "64 KiB and one byte after hello",
      [clientFrame(OPCODE.text, JSON.stringify(HELLO)), clientFrame(OPCODE.text, bytes(64 * 1024 + 1))],
    ],
  ])("T5: %s closes with 1009", async (_, frames) => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    for (const frame of frames) socket.write(frame);
    expect(await socket.closeFrame()).toMatchObject({ code: 1009 });
    await hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 1009 });
  });

  it("T5: 16 KiB before hello and 64 KiB after it are taken, also in one go", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    const hello = JSON.stringify({ ...HELLO, filler: "" });
    const filled = hello.replace('""', `"${bytes(16 * 1024 - hello.length)}"`);
    socket.write(
      Buffer.concat([clientFrame(OPCODE.text, filled), clientFrame(OPCODE.text, bytes(64 * 1024))]),
    );
    await hub.until(() => accepted.received.length === 2);
    expect(accepted.received[0]?.ok).toBe(true);
    expect(accepted.ends).toEqual([]);
  });

  it.each([
    [
      "64 fragments and one",
      1008,
      Array.from({ length: 65 }, (_, index) => clientFrame(index === 0 ? 1 : 0, "x", { fin: false })),
    ],
    [
      "empty fragments without end",
      1008,
      Array.from({ length: 65 }, (_, index) => clientFrame(index === 0 ? 1 : 0, "", { fin: false })),
    ],
    ["RSV1", 1002, [clientFrame(OPCODE.text, "{}", { rsv1: true })]],
    ["an unmasked frame", 1002, [clientFrame(OPCODE.text, "{}", { masked: false })]],
    ["an unknown opcode", 1002, [clientFrame(3, "{}")]],
    ["a continuation of nothing", 1002, [clientFrame(OPCODE.continuation, "{}")]],
    ["broken UTF-8", 1007, [clientFrame(OPCODE.text, Buffer.from([0x7b, 0xff, 0x7d]))]],
    ["a close code that no one may send", 1002, [clientFrame(OPCODE.close, closePayload(1005))]],
  ])("T6 T7: %s closes with %i", async (_, code, frames) => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    socket.write(Buffer.concat(frames));
    expect(await socket.closeFrame()).toMatchObject({ code });
    await hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code });
    expect(accepted.received).toEqual([]);
  });

  it.each([
    ["fragments", clientFrame(OPCODE.text, "{", { fin: false })],
    ["a frame", clientFrame(OPCODE.text, "{", { announced: 2n })],
    ["a header", clientFrame(OPCODE.text, "{}").subarray(0, 1)],
  ])("T6: a message of which %s comes and then nothing ends the socket after 10 s", async (_, beginning) => {
    const clock = new ManualClock();
    const { port, hub } = await start({ clock });
    const socket = await open(port);
    const accepted = await hub.newest();
    socket.write(beginning);
    await untilTimers(clock, 2);
    clock.advance(9_999);
    expect(accepted.ends).toEqual([]);
    clock.advance(1);
    expect(accepted.ends).toEqual([{ code: 1008, reason: "a message was not complete in time" }]);
    expect(await socket.closeFrame()).toMatchObject({ code: 1008 });
  });

  it("T8: a flood of pings closes with 4429", async () => {
    const { port, hub } = await start();
    const socket = await open(port);
    const accepted = await hub.newest();
    for (let ping = 0; ping < 101; ping += 1) {
      socket.send(OPCODE.ping, "");
      // Each is answered before the next, or ws itself ends a peer that takes no pongs.
      if (ping < 100) expect((await socket.frame())?.opcode).toBe(OPCODE.pong);
    }
    expect(await socket.closeFrame()).toMatchObject({ code: 4429 });
    await hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 4429, reason: "too many pings" });
  });
});

describe("how a socket ends", () => {
  it("T9: a peer that answers no ping is cut, TCP and all, and the hub is told why", async () => {
    const clock = new ManualClock();
    const { port, hub } = await start({ clock, heartbeatMs: 25_000 });
    const socket = await open(port);
    const accepted = await hub.newest();
    clock.advance(25_000);
    expect((await socket.frame())?.opcode).toBe(OPCODE.ping);
    clock.advance(8_000);
    await socket.ended();
    expect(accepted.ends[0]).toEqual({ code: 1006, reason: "no pong came in time" });
  });

  it("T3: a socket that is closed and whose peer never answers is cut within 2 s, TCP and all", async () => {
    const closeTimeoutMs = 50;
    const { port, hub } = await start({ closeTimeoutMs });
    const socket = await open(port, {}, true);
    const accepted = await hub.newest();
    accepted.connection.close("helloTimeout");
    expect(await socket.closeFrame()).toMatchObject({ code: 4408 });
    await hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 1006 });
    await socket.ended();
  });

  it("T3: a peer that ends its side and takes nothing any more is cut as well", async () => {
    const clock = new ManualClock();
    const { port, hub } = await start({ clock });
    const socket = await open(port, {}, true);
    const accepted = await hub.newest();
    socket.tcp.pause();
    const frame = textFrame("x".repeat(60_000));
    for (let sent = 0; sent < 200; sent += 1) accepted.connection.send(frame);
    socket.tcp.end();
    await untilTimers(clock, 2);
    clock.advance(2_000);
    await hub.until(() => accepted.ends.length > 0);
    expect(accepted.ends[0]).toMatchObject({ code: 1006 });
  });

  it("A7 A9: when the adapter closes, it waits for the last socket", async () => {
    const { port, hub, adapter } = await start();
    const sockets = [await open(port), await open(port)];
    let none = false;
    const closed = adapter.close().then(() => (none = true));
    for (const { connection } of hub.accepted) connection.close("restart");
    sockets[0]?.destroy();
    await hub.until(() => hub.accepted[0]?.ends.length === 1);
    expect(none).toBe(false);
    expect(await sockets[1]?.closeFrame()).toMatchObject({ code: 1012 });
    sockets[1]?.destroy();
    await closed;
  });
});

/** The heartbeat has one timer; whatever else is watched has the next. */
async function untilTimers(clock: ManualClock & Clock, count: number): Promise<void> {
  while (clock.pendingTimers < count) await new Promise((resolve) => setImmediate(resolve));
}
