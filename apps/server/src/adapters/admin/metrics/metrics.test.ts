/** What a scraper gets: over a whole server, and what is listened to for it by a manual clock. */
import { MemoryLog, MemorySessions, Hub, NO_TELEMETRY, type PublishedEvent } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { JsonText } from "@roomcast/protocol";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { BareSocket } from "../../../../test/bare-socket.ts";
import { createServer, type RoomcastServer, type ServerOptions } from "../../../index.ts";
import { NodeRandom } from "../../../node-random.ts";
import { Tally } from "../../../telemetry/tally.ts";
import { TelemetryFan } from "../../../telemetry/telemetry-fan.ts";
import { DurationHistogram } from "./duration-histogram.ts";
import { exposition } from "./exposition.ts";
import { Scraping } from "./scraping.ts";

const TOKEN = "an-admin-token-of-32-characters0";
const QUIET = { store: "memory", log: "silent", port: 0, host: "127.0.0.1" } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function started(options: ServerOptions = {}): Promise<RoomcastServer> {
  const server = await createServer({ ...QUIET, ...options });
  open.push(server);
  await server.listen();
  return server;
}

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.e+-]+)$/;

/** By name and labels. Fails on a line that the format does not have, and on a family that is not announced. */
function read(text: string): Map<string, number> {
  expect(text.endsWith("\n")).toBe(true);
  const values = new Map<string, number>();
  let family = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, help] = /^# HELP ([a-z_]+) \S.*$/.exec(line) ?? [];
    if (help !== undefined) family = help;
    if (line.startsWith("#")) {
      expect(line).toMatch(new RegExp(`^# (HELP ${family} .+|TYPE ${family} (counter|gauge|histogram))$`));
      continue;
    }
    const [, name = "", labels, value] = SAMPLE.exec(line) ?? [line];
    expect(name.replace(/_(bucket|sum|count)$/, "")).toBe(family);
    const sample = labels === undefined ? name : `${name}{${labels}}`;
    expect(values.has(sample)).toBe(false);
    values.set(sample, Number(value));
  }
  return values;
}

async function scrape(server: RoomcastServer, path = "/metrics"): Promise<Map<string, number>> {
  const response = await fetch(`${server.url}${path}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return read(await response.text());
}

describe("what a scraper is told", () => {
  it("H-METRICS: who is connected by what, what went through, what was refused, who was closed and why", async () => {
    const server = await started();
    await scrape(server);
    const socket = await BareSocket.open(Number(new URL(server.url).port));
    socket.say({ type: "hello", protocol: 1 });
    const until = async (type: string): Promise<void> => {
      while ((await socket.message())["type"] !== type);
    };
    await until("joined");
    const stream = new AbortController();
    await fetch(`${server.url}/v1/rooms/general/stream`, { signal: stream.signal });
    socket.say({ type: "publish", id: "1", room: "general", event: "message", data: { text: "hi" } });
    await until("ack");
    socket.say({ type: "publish", id: "2", room: "elsewhere", event: "message", data: { text: "hi" } });
    await until("error");
    const during = await scrape(server);
    expect(Object.fromEntries(during)).toMatchObject({
      'roomcast_connections{transport="ws"}': 1,
      'roomcast_connections{transport="sse"}': 1,
      roomcast_sessions: 1,
      roomcast_rooms: 1,
      roomcast_draining: 0,
      roomcast_events_in_total: 1,
      roomcast_events_out_total: 2,
      'roomcast_refusals_total{code="not_joined"}': 1,
      roomcast_faults_total: 0,
      roomcast_slow_clients: 0,
      roomcast_store_waiting_events: 0,
      roomcast_commit_seconds_count: 1,
      'roomcast_delivery_seconds_bucket{le="+Inf"}': 1,
    });
    expect([...during.keys()]).toContainEqual(
      expect.stringMatching(
        /^roomcast_info\{version="[^"]+",node="[\w-]+",store="memory",durability="memory"\}$/,
      ),
    );
    const begun = during.get("process_start_time_seconds") ?? 0;
    expect(Math.abs(begun - performance.timeOrigin / 1_000)).toBeLessThan(1);
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nodejs_heap_size_used_bytes",
    ])
      expect(during.get(name)).toBeGreaterThan(0);

    socket.say({ type: "hello", protocol: 1 });
    await socket.closeFrame();
    socket.destroy();
    stream.abort();
    while (server.hub.counts().connections > 0) await new Promise((resolve) => setImmediate(resolve));
    const after = await scrape(server, "/v1/admin/metrics");
    expect(Object.fromEntries(after)).toMatchObject({ 'roomcast_closes_total{code="4429"}': 1 });
    expect([...after.keys()].some((name) => name.startsWith("roomcast_connections"))).toBe(false);
  });

  it("H-METRICS L-TRIM: which limit of history events went by", async () => {
    const server = await started({ historyBytes: 10 });
    for (const text of ["a", "b", "c"])
      await server.hub.publish({ room: "general", event: "message", data: { text } });
    expect((await scrape(server)).get('roomcast_trimmed_events_total{by="bytes"}')).toBe(2);
  });

  it("H-METRICS: how late the event loop was since the last scrape", async () => {
    const server = await started();
    const worstS = async (): Promise<number | undefined> =>
      (await scrape(server)).get('roomcast_loop_delay_seconds{stat="max"}');
    // What has been measured since the last scrape is none as long as they come faster than the loop is looked at.
    await expect.poll(worstS, { interval: 100, timeout: 9_000 }).toBeGreaterThanOrEqual(0);
  });

  it("H-METRICS-WHO: with a token set, whoever brings it", async () => {
    const server = await started({ adminToken: TOKEN });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/metrics`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${TOKEN}` })).toBe(200);
    expect(await status({ authorization: `Bearer ${TOKEN}`, origin: "https://evil.example" })).toBe(403);
  });

  it("H-METRICS-WHO: without one, the server's own machine, and nobody behind a proxy", async () => {
    const { url } = await started();
    const behind = await fetch(`${url}/metrics`, { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(behind.status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
    const head = await fetch(`${url}/metrics`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("H-METRICS-WHO: in an http server of somebody else its /metrics stays its own, and ours takes the token", async () => {
    const http = createHttpServer((_request, response) => response.end("my own metrics"));
    open.push(await createServer({ ...QUIET, server: http, adminToken: TOKEN }));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    open.push({ close: () => new Promise((resolve) => http.close(() => resolve())) });
    const at = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    expect(await (await fetch(`${at}/metrics`)).text()).toBe("my own metrics");
    expect((await fetch(`${at}/v1/admin/metrics`)).status).toBe(401);
    const ours = await fetch(`${at}/v1/admin/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(read(await ours.text()).get("roomcast_sessions")).toBe(0);
  });
});

describe("what is listened to for it", () => {
  /** With a log that takes as long as the test says. */
  function staged(): {
    clock: ManualClock;
    telemetry: TelemetryFan;
    scraping: Scraping;
    publish: () => Promise<unknown>;
  } {
    const clock = new ManualClock();
    const telemetry = new TelemetryFan(NO_TELEMETRY, new Tally());
    const log = new MemoryLog({ clock, random: new NodeRandom() });
    const hub = new Hub({
      log,
      sessions: new MemorySessions(clock),
      clock,
      random: new NodeRandom(),
      telemetry,
    });
    const scraping = new Scraping({ clock, telemetry });
    const publish = async (): Promise<unknown> => {
      const published = hub.publish({ room: "r", event: "message", data: { text: "x" } });
      clock.endTurn();
      return published;
    };
    return { clock, telemetry, scraping, publish };
  }

  const count = (histogram: DurationHistogram): number => histogram.samples().at(-1)?.value ?? 0;

  it("H-METRICS-CLOSED: nothing before the first scrape, nor once none came for five minutes; counts stay", async () => {
    const { clock, telemetry, scraping, publish } = staged();
    const idle = { watched: false, published: undefined, timers: 0 };
    const state = (): object => ({
      watched: telemetry.isWatched,
      published: telemetry.published,
      timers: clock.pendingTimers,
    });
    await publish();
    expect(state()).toEqual(idle);
    scraping.next();
    await publish();
    expect([count(scraping.commits), count(scraping.deliveries)]).toEqual([1, 1]);
    clock.advance(4 * 60_000);
    scraping.next();
    clock.advance(4 * 60_000);
    expect(telemetry.isWatched).toBe(true);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(60_000);
    expect(state()).toEqual(idle);
    await publish();
    scraping.next();
    await publish();
    expect([count(scraping.commits), count(scraping.deliveries)]).toEqual([2, 2]);
    scraping.stop();
    expect(state()).toEqual(idle);
  });

  it("H-METRICS-TIME: how long it took until the log had it, and until it was written; what is not kept has no commit", () => {
    const { clock, telemetry, scraping } = staged();
    scraping.next();
    const event: PublishedEvent = {
      ...{ room: "r", event: "message", data: JsonText.of({ text: "x" }), id: "1", kept: true, time: 0 },
      ...{ from: { clientId: null, user: "u", name: "" }, receivers: 1, offset: 1, sinceMs: 80 },
    };
    clock.advance(100);
    telemetry.published?.(event);
    telemetry.published?.({ ...event, kept: false, offset: undefined, sinceMs: 100 });
    clock.endTurn();
    const sums = (histogram: DurationHistogram): number[] =>
      histogram
        .samples()
        .slice(-2)
        .map(({ value }) => value);
    expect(sums(scraping.commits)).toEqual([0.02, 1]);
    expect(sums(scraping.deliveries)).toEqual([0.02, 2]);
    scraping.stop();
  });

  it("H-METRICS: a bucket counts all up to its bound, and the last all", () => {
    const histogram = new DurationHistogram();
    for (const durationMs of [0, 5, 5.1, 60_000]) histogram.record(durationMs);
    const bucket = Object.fromEntries(
      histogram.samples().map(({ labels, value }) => [labels?.["le"], value]),
    );
    expect(bucket).toMatchObject({ "0.0005": 1, "0.0025": 1, "0.005": 2, "0.01": 3, "5": 3, "+Inf": 4 });
  });

  it("H-METRICS-BOUND: no client can make more labels than the tables have", () => {
    const tally = new Tally();
    const stranger = { kind: "stranger_closed", remote: "", transport: "ws", reason: "" } as const;
    for (const code of [1000, 1006, 3000, 3001, 4413, 4999]) tally.record({ ...stranger, code });
    expect(Object.fromEntries(tally.closes)).toEqual({ "1000": 1, "4413": 1, other: 4 });
  });

  it("H-METRICS: a label may hold any text", () => {
    const samples = [{ labels: { name: 'a\\b"c\nd' }, value: 1 }];
    const text = exposition([{ name: "x", type: "gauge", help: "Any.", samples }]);
    expect(text).toBe('# HELP x Any.\n# TYPE x gauge\nx{name="a\\\\b\\"c\\nd"} 1\n');
    expect(read(text).size).toBe(1);
  });
});
