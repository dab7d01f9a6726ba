/** Rows 3 to 8 of docs/threats.md: bytes below the messages. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { Besieged } from "../../harness/threats/besieged.ts";
import { frame, RawSocket } from "../../harness/threats/raw-socket.ts";
import { exchange, knock, POLLING, requestHead, upgradeHead } from "../../harness/threats/heads.ts";
import { OPEN, TRANSPORTS, type Wire } from "../../harness/threats/wires.ts";

let besieged: Besieged;
beforeAll(async () => {
  besieged = await Besieged.start({ ROOMCAST_HELLO_TIMEOUT_MS: "3000" });
});
afterAll(() => besieged[Symbol.asyncDispose]());
afterEach(() => besieged.unharmed());

const WEBSOCKETS = [
  ["ws", "/v1/ws"],
  ["socketio-websocket", "/socket.io/?EIO=4&transport=websocket"],
] as const;

const [FIN, RSV1] = [0x80, 0x40];
const [CONTINUATION, TEXT, CLOSE, PING] = [0, 1, 8, 9];

async function upgraded(target: string): Promise<RawSocket> {
  const socket = await RawSocket.ask(besieged.port, upgradeHead(besieged.port, target));
  expect(await socket.status()).toBe(101);
  return socket;
}

it("T-3: 200 sockets that stop at some point before hello are gone in time, and none of them keeps anybody out", async () => {
  const begun = performance.now();
  const { port } = besieged;
  const stops: readonly (() => Promise<RawSocket>)[] = [
    () => RawSocket.connect(port),
    () => RawSocket.ask(port, ["GET /v1/ws HTTP/1.1", "Host: x"]),
    () => RawSocket.ask(port, requestHead(port, "POST", "/v1/sse", { "Content-Length": "10" })),
    () => knock.ws(port),
    () => knock["socketio-websocket"](port),
    () => knock.sse(port),
    () =>
      RawSocket.ask(
        port,
        requestHead(port, "POST", "/v1/rooms/general/events", {
          "Content-Type": "application/json",
          "Content-Length": "100",
        }),
        "{",
      ),
    // The first poll is answered; what becomes of its session is told by the next.
    () => knock["socketio-polling"](port),
  ];
  const sockets = await Promise.all(Array.from({ length: 200 }, (_, n) => stops[n % stops.length]!()));
  // A head of its own that is cut in the middle of a line, without the empty one.
  for (const socket of sockets) await socket.end();
  expect(performance.now() - begun).toBeLessThan(17_000);
  for (const socket of sockets) socket.destroy();
});

describe.each(TRANSPORTS)("by %s", (transport) => {
  it("T-4: a header flood is 431", async () => {
    const socket = await knock[transport](besieged.port, { "X-Flood": "x".repeat(20_000) });
    expect(await socket.status()).toBe(431);
    await socket.end();
  });

  it("T-4: a request that names two hosts is 400, and its connection ends", async () => {
    const socket = await knock[transport](besieged.port, { host: "evil.example" });
    expect(await socket.status()).toBe(400);
    await socket.end();
    expect(socket.text).toContain('"code":"bad_message"');
  });

  it("T-4: a __proto__ header is a header", async () => {
    const socket = await knock[transport](besieged.port, { __proto__x: "1", constructor: "x" });
    expect([101, 200]).toContain(await socket.status());
    socket.destroy();
    const flood = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`X-${n}`, "1"]));
    const crowded = await knock[transport](besieged.port, { ["__proto__"]: "polluted", ...flood });
    expect(await crowded.status()).toBeGreaterThan(0);
    crowded.destroy();
  });
});

describe.each(WEBSOCKETS)("by %s", (transport, target) => {
  it("T-4: an upgrade that names no host is 400", async () => {
    const head = upgradeHead(besieged.port, target).filter((line) => !line.startsWith("Host:"));
    const socket = await RawSocket.ask(besieged.port, head);
    expect(await socket.status()).toBe(400);
    await socket.end();
  });

  it("T-4: two upgrades at once are one or none, and an absolute address is served", async () => {
    const doubled = await RawSocket.ask(
      besieged.port,
      upgradeHead(besieged.port, target, { upgrade: "websocket" }),
    );
    expect([101, 400]).toContain(await doubled.status());
    doubled.destroy();
    const absolute = await upgraded(`http://127.0.0.1:${besieged.port}${target}`);
    absolute.destroy();
  });

  it.each([
    ["2^63 - 1", 2n ** 63n - 1n],
    ["2^63", 2n ** 63n],
    ["65 KiB", 65n * 1024n],
  ])("T-5: a frame that announces %s bytes is 1009, before any of them has come", async (_, length) => {
    const socket = await upgraded(target);
    socket.write(frame("", { length }));
    expect([1009, 1002]).toContain(await socket.closeCode());
  });

  it("T-5: more than 16 KiB before hello", async () => {
    const socket = await upgraded(target);
    socket.write(frame(`${transport === "ws" ? "" : "4"}${"x".repeat(17 * 1024)}`));
    await socket.end();
    expect(socket.text).not.toContain("welcome");
  });

  it("T-6: 65 fragments, or a thousand empty ones, are no message", async () => {
    for (const payload of ["", "x"]) {
      const socket = await upgraded(target);
      socket.write(frame(payload, { first: TEXT }));
      for (let n = 0; n < 1_100; n += 1) socket.write(frame(payload, { first: CONTINUATION }));
      expect([1008, 1009, 4400, 4429, 1006, 0]).toContain(await socket.closeCode());
    }
  });

  it.each([
    ["RSV1 where nothing was agreed", frame("x", { first: FIN | RSV1 | TEXT })],
    ["an opcode that there is not", frame("x", { first: FIN | 0x03 })],
    ["a continuation of nothing", frame("x", { first: FIN | CONTINUATION })],
    ["a fragmented ping", frame("x", { first: PING })],
    ["a ping of 126 bytes", frame("x".repeat(126), { first: FIN | PING })],
    ["no mask", Buffer.from([FIN | TEXT, 1, 120])],
    ["a close of one byte", frame("x", { first: FIN | CLOSE })],
    ["a close code that nobody may send", frame(Buffer.from([0x03, 0xed]), { first: FIN | CLOSE })],
  ])("T-7: %s is 1002", async (_, bytes) => {
    const socket = await upgraded(target);
    socket.write(bytes);
    expect(await socket.closeCode()).toBe(1002);
  });

  it("T-7: text that is no UTF-8 is 1007", async () => {
    const socket = await upgraded(target);
    socket.write(frame(Buffer.from([0x22, 0xff, 0xfe, 0x22])));
    expect(await socket.closeCode()).toBe(1007);
  });

  it("T-8: whoever pings without end and reads nothing is cut off", async () => {
    const socket = await upgraded(target);
    socket.tcp.pause();
    const pings = Buffer.concat(
      Array.from({ length: 1_000 }, () => frame("x".repeat(125), { first: FIN | PING })),
    );
    for (let n = 0; n < 20; n += 1) socket.write(pings);
    socket.tcp.resume();
    await socket.end();
  });
});

it("T-5: 65 KiB by request are 413, over every transport that has requests", async () => {
  const { port } = besieged;
  const body = "x".repeat(65 * 1024);
  const json = { "Content-Type": "application/json" };
  const published = await exchange(port, "POST", "/v1/rooms/general/events", json, body);
  expect(await published.status()).toBe(413);
  const opened = await exchange(port, "GET", POLLING);
  const sid = /"sid":"([\w-]+)"/.exec(opened.text)?.[1] ?? "";
  const posted = await exchange(
    port,
    "POST",
    `${POLLING}&sid=${sid}`,
    { "Content-Type": "text/plain" },
    body,
  );
  expect(await posted.status()).toBe(413);
  const sse = await OPEN.sse(port);
  await sse.raw(body);
  expect(sse.heard).toMatch(/event: close\ndata: \{"code":1009/);
});

it.each([
  ["socketio-polling", "3"],
  ["socketio-websocket", "3"],
  ["sse", ""],
] as const)("T-8: by %s, whoever says nothing all the time is cut off", async (transport, nothing) => {
  const wire: Wire = await OPEN[transport](besieged.port);
  for (let n = 0; n < 150 && !wire.ended; n += 1) await wire.raw(nothing);
  await expect.poll(() => wire.ended).toBe(true);
  wire.destroy();
});
