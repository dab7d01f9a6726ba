/** Rows 20 to 22 and 26 of docs/threats.md: much of what is allowed one by one. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { until } from "../../harness/until.ts";
import { Besieged } from "../../harness/threats/besieged.ts";
import { exchange, IO_WEBSOCKET, knock, POLLING, upgradeHead } from "../../harness/threats/heads.ts";
import { RawSocket } from "../../harness/threats/raw-socket.ts";
import { CONNECTED, OPEN, TRANSPORTS } from "../../harness/threats/wires.ts";

let besieged: Besieged;
beforeAll(async () => {
  besieged = await Besieged.start({
    // Few enough that the slowest machine sends more.
    ROOMCAST_MESSAGES_PER_SECOND: "10",
    ROOMCAST_BYTES_PER_SECOND: "100000",
    ROOMCAST_JOINS_PER_SECOND: "10",
    ROOMCAST_ROOMS_PER_SESSION: "5",
    ROOMCAST_CONNECTIONS_PER_ADDRESS: "40",
    ROOMCAST_MAX_ROOMS: "1000",
  });
});
afterAll(() => besieged[Symbol.asyncDispose]());
afterEach(() => besieged.unharmed());

const SOCKETIO = ["socketio-polling", "socketio-websocket"] as const;

describe.each(SOCKETIO)("by %s", (transport) => {
  it("T-20: acks that nobody asked for end the connection at the hundredth", async () => {
    const wire = await OPEN[transport](besieged.port);
    for (let n = 0; n < 120 && !wire.ended; n += 1) await wire.raw(`43${n}[{"ok":true}]`);
    await until("it is ended", () => wire.ended);
    wire.destroy();
  });

  it.each([
    ["an ack id of a thousand digits", `42${"9".repeat(1_000)}["message",{"text":"x"}]`],
    ["an ack id that is none", '42-1["message",{"text":"x"}]'],
    ["a namespace of 5,000", `40/${"n".repeat(5_000)},`],
    ["17 attachments", '4517-["message",{"_placeholder":true,"num":0}]'],
    ["a million attachments", '451000000-["message",{"_placeholder":true,"num":0}]'],
    ["attachments that never come, then text", '451-["message",{"_placeholder":true,"num":0}]'],
    ["no packet", "4x"],
    ["a packet behind a packet", '42["message",{"text":"x"}]42["message"]'],
  ])("T-20: %s harms nobody", async (_, packet) => {
    const wire = await OPEN[transport](besieged.port);
    await wire.raw(packet);
    await wire.raw('42["message",{"text":"behind it"}]');
    wire.destroy();
  });
});

it.each([
  ["no packet", "4x", "4400"],
  ["a pong", "3", "4429"],
])(
  "T-20: a payload of 64 KiB of %s is looked at up to what ends the connection, which is told once",
  async (_, packet, code) => {
    const { port } = besieged;
    const opened = await exchange(port, "GET", POLLING);
    const target = `${POLLING}&sid=${/"sid":"([\w-]+)"/.exec(opened.text)?.[1] ?? ""}`;
    const payload = Array.from({ length: 64_000 / (packet.length + 1) }, () => packet).join("\x1e");
    // No poll waits, so that what is told gathers.
    for (const body of ["40", payload])
      await exchange(port, "POST", target, { "Content-Type": "text/plain" }, body);
    const { text } = await exchange(port, "GET", target);
    expect(text.match(/"closeCode":\d+/g)).toEqual([`"closeCode":${code}`]);
  },
);

it("T-20: from its third on an upgrade of a connection costs its address a credit", async () => {
  const { port } = besieged;
  const opened = await exchange(port, "GET", POLLING);
  const sid = /"sid":"([\w-]+)"/.exec(opened.text)?.[1] ?? "";
  const statuses = new Set<number>();
  for (let n = 0; n < 40; n += 1) {
    const socket = await RawSocket.ask(port, upgradeHead(port, `${IO_WEBSOCKET}&sid=${sid}`));
    statuses.add(await socket.status());
    socket.destroy();
  }
  expect(statuses).toContain(429);
});

describe.each(CONNECTED)("by %s", (transport) => {
  it("T-21: who comes and goes without end is told to wait, and then may again", async () => {
    const wire = await OPEN[transport](besieged.port);
    // At once: a machine that is slow enough would be no flood.
    const answers = await Promise.all(Array.from({ length: 150 }, () => wire.join("elsewhere")));
    expect(answers.filter((answer) => answer === "ok").length).toBeGreaterThanOrEqual(10);
    expect(new Set(answers)).toEqual(new Set(["ok", "overloaded"]));
    await until("it may join again", async () => (await wire.join("elsewhere")) === "ok");
    wire.destroy();
  });

  it("T-26: no more rooms than one session may be in", async () => {
    const wire = await OPEN[transport](besieged.port);
    const answers: string[] = [];
    for (let n = 0; n < 6; n += 1) answers.push(await wire.join(`room-${n}`));
    expect(answers).toEqual(["ok", "ok", "ok", "ok", "too_many", "too_many"]);
    wire.destroy();
  });

  it("T-22: sockets that say nothing keep nobody out, and their places come back", async () => {
    const silent = await Promise.all(Array.from({ length: 100 }, () => knock[transport](besieged.port)));
    const wire = await OPEN[transport](besieged.port);
    expect(await wire.publish({ data: '{"text":"let me in"}' })).toBe("ok");
    wire.destroy();
    for (const socket of silent) socket.destroy();
  });

  it("T-22: a hundred clients that are there keep their address's others out, who are told when to come back", async () => {
    const there = [];
    while (there.length < 39) there.push(await OPEN[transport](besieged.port));
    const late = await knock[transport](besieged.port);
    expect(await late.status()).toBe(429);
    expect(late.text).toMatch(/\r\nRetry-After: \d+\r\n/i);
    for (const wire of there) wire.destroy();
    await until("there is a place again", async () => {
      const again = await knock[transport](besieged.port);
      const status = await again.status();
      again.destroy();
      return status !== 429;
    });
  });
});

describe.each(TRANSPORTS)("by %s", (transport) => {
  it("T-21: a flood of messages is told to wait, by messages and by bytes, and answered in full", async () => {
    const wire = await OPEN[transport](besieged.port);
    const small = await Promise.all(
      Array.from({ length: 150 }, (_, n) => wire.publish({ data: '{"text":"x"}', id: `${transport}-${n}` })),
    );
    expect(small.filter((answer) => answer === "ok").length).toBeGreaterThanOrEqual(15);
    expect(new Set(small)).toEqual(new Set(["ok", "overloaded"]));
    wire.destroy();
  });
});

it("T-22: requests that name a connection that is not there are told to wait", async () => {
  const { port } = besieged;
  const ask = async (): Promise<number> => (await exchange(port, "GET", `${POLLING}&sid=nobody`)).status();
  const statuses = await Promise.all(Array.from({ length: 200 }, ask));
  expect(statuses).toContain(429);
});
