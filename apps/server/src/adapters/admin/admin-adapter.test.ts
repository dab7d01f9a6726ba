/** The operators' API over real HTTP, with the hub and its memory log behind it. */
import { GUEST, Hub, MemoryLog, MemorySessions, NO_TELEMETRY, OPEN_DOOR, type Timer } from "@roomcast/hub";
import { FakeConnection } from "@roomcast/hub/testing";
import { decodeUp, ok } from "@roomcast/protocol";
import type { Overview, TailBatch } from "@roomcast/protocol/operators";
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { NodeClock } from "../../node-clock.ts";
import { NodeRandom } from "../../node-random.ts";
import type { Act } from "../../telemetry/audit.ts";
import { Tally } from "../../telemetry/tally.ts";
import { TelemetryFan } from "../../telemetry/telemetry-fan.ts";
import { Addresses } from "../peer-address.ts";
import { AdminAdapter } from "./admin-adapter.ts";
import type { OperatorRules } from "./operator.ts";

/** Knows which timers are pending. */
class CountingClock extends NodeClock {
  readonly pending = new Set<Timer>();

  override after(delayMs: number, run: () => void): Timer {
    const timer = super.after(delayMs, () => {
      this.pending.delete(timer);
      run();
    });
    this.pending.add(timer);
    return {
      cancel: () => {
        this.pending.delete(timer);
        timer.cancel();
      },
    };
  }
}

const TOKEN = "an-admin-token-of-32-characters!".replace("!", "0");
const random = new NodeRandom();
let clock: CountingClock;
let telemetry: TelemetryFan;
let hub: Hub;
let http: Server;
let adapter: AdminAdapter;
let operators: OperatorRules;
let acts: Act[];
const streams: AbortController[] = [];

beforeEach(async () => {
  acts = [];
  operators = { token: undefined, trustsLoopback: true };
  clock = new CountingClock();
  telemetry = new TelemetryFan(NO_TELEMETRY);
  const log = new MemoryLog({ clock, random });
  const sessions = new MemorySessions(clock);
  hub = new Hub({ log, sessions, clock, random, telemetry, policy: OPEN_DOOR });
  http = createServer((request, response) => {
    if (!adapter.take(request, response)) response.writeHead(404).end("not mine");
  });
  open();
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
});

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.abort();
  adapter.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

/** The adapter, under the rules as they stand. */
function open(): void {
  adapter = new AdminAdapter({
    ...{ hub, clock, random, telemetry, operators, storeKind: "memory" },
    ...{ tally: new Tally(), claimsMetrics: true, addresses: new Addresses() },
    entrance: { identify: () => ok(GUEST) },
    server: { name: "roomcast", version: "1.2.3", node: "n1" },
    audit: (act) => acts.push(act),
    onFault: (error) => {
      throw error;
    },
  });
}

const port = (): number => (http.address() as AddressInfo).port;

/** All that an answer may hold. */
interface Body extends Overview {
  readonly error: { readonly code: string };
  readonly rooms: number & readonly { readonly room: string; readonly count: number }[];
  readonly clients: readonly object[];
  readonly total: number;
  readonly client: { readonly rooms: readonly string[] } | null;
  readonly timeline: readonly { readonly time: number }[];
  readonly strict: boolean;
  readonly events: readonly {
    readonly name: string;
    readonly kept: boolean;
    readonly schema: { readonly required: object };
  }[];
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: Body;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** Not `fetch`, which has ideas of its own about Host, Origin and Sec-Fetch-Site. */
async function ask(path: string, { method, headers, body }: Asked = {}): Promise<Answered> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const request = httpRequest({
    ...{ host: "127.0.0.1", port: port(), path: `/v1/admin${path}`, agent: false },
    method: method ?? (text === undefined ? "GET" : "POST"),
    headers: { ...(text !== undefined && { "content-type": "application/json" }), ...headers },
  });
  request.end(text);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let answer = "";
  for await (const chunk of response.setEncoding("utf8")) answer += String(chunk);
  return {
    ...{ status: response.statusCode ?? 0, headers: response.headers },
    json: JSON.parse(answer || "{}") as Body,
  };
}

interface Told {
  readonly event: string;
  readonly data: unknown;
}

interface Listening {
  /** Waits for the next of its kind that is as wanted. */
  readonly overview: (wanted?: (overview: Overview) => boolean) => Promise<Overview>;
  readonly events: () => Promise<TailBatch>;
}

async function listen(path: string): Promise<Listening> {
  const abort = new AbortController();
  streams.push(abort);
  const response = await fetch(`http://127.0.0.1:${port()}/v1/admin${path}`, { signal: abort.signal });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const told = parsed(response);
  const next = async (event: string): Promise<unknown> => {
    for (;;) {
      const { value, done } = await told.next();
      if (done === true) throw new Error("the stream has ended");
      if (value.event === event) return value.data;
    }
  };
  return {
    async overview(wanted = () => true) {
      for (;;) {
        const overview = (await next("overview")) as Overview;
        if (wanted(overview)) return overview;
      }
    },
    events: async () => (await next("events")) as TailBatch,
  };
}

async function* parsed(response: Response): AsyncGenerator<Told, void> {
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
    }
  }
}

/** Until the server has noticed that the stream is gone. */
async function unwatched(): Promise<void> {
  while (telemetry.isWatched) await new Promise((resolve) => setImmediate(resolve));
}

interface Connected {
  readonly connection: FakeConnection;
  readonly clientId: string;
  readonly say: (message: object) => void;
}

async function connected(hello: object = {}): Promise<Connected> {
  const connection = new FakeConnection();
  const inbox = hub.accept(connection);
  const say = (message: object): void => inbox.receive(decodeUp(JSON.stringify(message)), 0);
  say({ type: "hello", protocol: 1, ...hello });
  for (;;) {
    const welcome = connection.messages.find((message) => message.type === "welcome");
    const joined = connection.messages.find((message) => message.type === "joined");
    if (welcome?.type === "welcome" && joined !== undefined)
      return { connection, clientId: welcome.clientId, say };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const publish = (text: string, room = "general") => hub.publish({ room, event: "message", data: { text } });

describe("who is an operator", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const home = () => `127.0.0.1:${port()}`;

  it.each<[string, () => Record<string, string>, number]>([
    ["by an address of this machine", () => ({}), 200],
    ["by its name", () => ({ host: "localhost:3000" }), 200],
    ["by a name that was made to lead here", () => ({ host: "evil.example" }), 404],
    ["by a name that begins like an address", () => ({ host: "127.0.0.1.evil.example" }), 404],
    ["through a proxy that says so", () => ({ "x-forwarded-for": "203.0.113.9" }), 404],
    ["through a proxy that says its own name", () => ({ via: "1.1 proxy" }), 404],
    ["through a proxy that says only who asks", () => ({ "x-real-ip": "203.0.113.9" }), 404],
    ["with a token where none is set, from elsewhere", () => ({ host: "x.example", ...bearer(TOKEN) }), 404],
  ])("H-ADMIN-WHO: without a token set, %s", async (_, headers, status) => {
    expect((await ask("/overview", { headers: headers() })).status).toBe(status);
  });

  it("H-ADMIN-WHO: a proxy that hides behind HTTP/1.0 is not this machine", async () => {
    const { BareSocket } = await import("../../../test/bare-socket.ts");
    const socket = await BareSocket.connect(port());
    socket.write(`GET /v1/admin/overview HTTP/1.0\r\nHost: 127.0.0.1:${port()}\r\n\r\n`);
    expect(await socket.head()).toMatch(/^HTTP\/1\.\d 404 /);
    await socket.ended();
  });

  it("H-ADMIN-WHO: in a server of somebody else nobody is trusted for where they sit", async () => {
    operators = { token: undefined, trustsLoopback: false };
    open();
    expect((await ask("/overview")).status).toBe(404);
  });

  it.each<[string, () => Record<string, string>, number]>([
    ["nothing", () => ({}), 401],
    ["another", () => bearer("another-token-of-32-characters-0"), 401],
    ["a longer one", () => bearer(`${TOKEN}0`), 401],
    ["one in another scheme", () => ({ authorization: `Basic ${TOKEN}` }), 401],
    ["it", () => bearer(TOKEN), 200],
    [
      "it, from elsewhere",
      () => ({ host: "chat.example", "x-forwarded-for": "203.0.113.9", ...bearer(TOKEN) }),
      200,
    ],
  ])("H-ADMIN-WHO: with a token set, whoever brings %s", async (_, headers, status) => {
    operators = { token: TOKEN, trustsLoopback: true };
    open();
    const { status: answered, headers: told } = await ask("/overview", { headers: headers() });
    expect(answered).toBe(status);
    if (status === 401) expect(told["www-authenticate"]).toBe("Bearer");
  });

  it.each<[string, () => Record<string, string>, number]>([
    ["of its own origin", () => ({ origin: `http://${home()}`, "sec-fetch-site": "same-origin" }), 200],
    ["that was opened by hand", () => ({ "sec-fetch-site": "none" }), 200],
    ["of another origin", () => ({ origin: "https://evil.example" }), 403],
    ["of another port of this machine", () => ({ origin: "http://127.0.0.1:9" }), 403],
    ["of another port, without an Origin", () => ({ "sec-fetch-site": "same-site" }), 403],
    ["of another site, without an Origin", () => ({ "sec-fetch-site": "cross-site" }), 403],
    ["that hides its origin", () => ({ origin: "null" }), 403],
  ])("H-ADMIN-PAGE T1: a page %s", async (_, headers, status) => {
    for (const rules of [
      { token: undefined, trustsLoopback: true },
      { token: TOKEN, trustsLoopback: true },
    ]) {
      operators = rules;
      open();
      const given = { ...headers(), ...(rules.token !== undefined && bearer(TOKEN)) };
      const seen = await ask("/overview", { headers: given });
      expect(seen.status).toBe(status);
      expect(seen.headers["access-control-allow-origin"]).toBeUndefined();
      const done = await ask("/clients/nobody/kick", { headers: given, body: {} });
      expect(done.status).toBe(status === 200 ? 404 : status);
    }
  });

  it("H-ADMIN-PAGE: no page may preflight", async () => {
    const { status, headers } = await ask("/clients/c/kick", {
      method: "OPTIONS",
      headers: { origin: "http://localhost:5173", "access-control-request-method": "POST" },
    });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("H-7: to a stranger every path looks the same, and an operator is told what is not there", async () => {
    expect((await ask("/nowhere", { headers: { host: "x.example" } })).json).toEqual(
      (await ask("/overview", { headers: { host: "x.example" } })).json,
    );
    expect((await ask("/nowhere")).json.error.code).toBe("not_found");
    expect((await ask("/overview", { method: "DELETE" })).status).toBe(405);
  });
});

describe("what an operator sees", () => {
  it("H-ADMIN-LOOK: the overview says what is here", async () => {
    await connected({ name: "Ada" });
    await publish("hi");
    const { json } = await ask("/overview");
    expect(json).toMatchObject({
      server: { version: "1.2.3", node: "n1" },
      ...{
        connections: 1,
        sessions: 1,
        rooms: 1,
        eventsIn: 1,
        eventsOut: 1,
        draining: false,
        lastSecond: null,
      },
      store: { kind: "memory", durability: "memory", waiting: 0 },
      slow: { clients: 0, queuedBytes: 0 },
    });
    expect(json.memory.rssBytes).toBeGreaterThan(0);
  });

  it("H-ADMIN-LOOK: while somebody watches, it says what went on in the last second", async () => {
    const stream = await listen("/live");
    expect((await stream.overview()).lastSecond).toBeNull();
    await connected();
    await publish("one");
    await publish("two");
    const { lastSecond } = await stream.overview(({ eventsIn }) => eventsIn === 2);
    const { inPerSecond = 0, outPerSecond, deliverMs, cpu } = lastSecond ?? {};
    expect(inPerSecond).toBeGreaterThan(0);
    expect(outPerSecond).toBe(inPerSecond);
    expect(deliverMs!.p99).toBeGreaterThanOrEqual(deliverMs!.p50);
    expect(cpu).toBeGreaterThan(0);
    expect((await ask("/overview")).json.lastSecond).not.toBeNull();
  });

  it("H-ADMIN-LOOK: rooms by page, order and name, those without a member too while something goes on in them", async () => {
    await Promise.all([
      connected({ join: [{ room: "a" }, { room: "b" }] }),
      connected({ join: [{ room: "b" }] }),
    ]);
    const names = async (query: string) => {
      const { json } = await ask(`/rooms${query}`);
      return { names: json.rooms.map(({ room }) => room), total: json.total };
    };
    expect(await names("")).toEqual({ names: ["b", "a"], total: 2 });
    expect(await names("?order=name")).toEqual({ names: ["a", "b"], total: 2 });
    expect(await names("?order=name&skip=1&limit=1")).toEqual({ names: ["b"], total: 2 });
    expect(await names("?q=a")).toEqual({ names: ["a"], total: 1 });
    const stream = await listen("/live");
    await stream.overview();
    await publish("x", "prices");
    await stream.overview(({ eventsIn }) => eventsIn === 1);
    expect((await ask("/rooms?order=rate")).json.rooms[0]).toMatchObject({ room: "prices", count: 0 });
  });

  it("H-ADMIN-LOOK: one room: who is in it, and how much of it is kept", async () => {
    const { clientId } = await connected({ name: "Ada", join: [{ room: "r" }] });
    await publish("one", "r");
    expect((await ask("/rooms/r")).json).toMatchObject({
      ...{ room: "r", count: 1, floor: 0, top: 1, epoch: expect.any(String) },
      members: [{ clientId, name: "Ada" }],
    });
    expect((await ask("/rooms/never-was")).json.error.code).toBe("not_found");
    expect((await ask("/rooms/no%20room")).json.error.code).toBe("bad_room");
    expect((await ask("/rooms/%E0%A4%A")).json.error.code).toBe("bad_message");
  });

  it("H-ADMIN-LOOK: the slowest readers come first", async () => {
    const ada = await connected({ name: "Ada" });
    // With a blank, which no client id has by chance.
    await connected({ name: "Bob Bly" });
    ada.connection.bufferedBytes = 100_000;
    const { json } = await ask("/clients?order=queued");
    expect(json).toMatchObject({
      total: 2,
      clients: [{ name: "Ada", queuedBytes: 100_000 }, { name: "Bob Bly" }],
    });
    expect((await ask("/clients?q=bob%20b")).json).toMatchObject({
      total: 1,
      clients: [{ name: "Bob Bly" }],
    });
    expect((await ask("/clients?room=elsewhere")).json).toEqual({ total: 0, clients: [] });
    expect((await ask("/overview")).json.slow).toEqual({ clients: 1, queuedBytes: 100_000 });
  });

  it.each([
    "/rooms?limit=0",
    "/rooms?limit=x",
    "/rooms?skip=-1",
    "/rooms?order=__proto__",
    "/clients?order=size",
  ])("H-ADMIN-BOUND: %s is refused", async (path) => {
    expect((await ask(path)).json.error.code).toBe("bad_message");
  });

  it("H-ADMIN-BOUND: a page has an end, whatever is asked for", async () => {
    for (let n = 0; n < 300; n += 1) await connected({ join: [{ room: `r${n}` }] });
    for (const [path, list] of [
      ["/rooms?limit=999999", "rooms"],
      ["/clients?limit=999999", "clients"],
    ] as const) {
      const { json } = await ask(path);
      expect(json.total).toBe(300);
      expect(json[list]).toHaveLength(200);
    }
  });

  it("H-ADMIN-TIMELINE: what happened to a client: joined, refused, slow, left, closed", async () => {
    const stream = await listen("/live");
    await stream.overview();
    const { connection, clientId, say } = await connected({ join: [{ room: "r" }] });
    say({ type: "publish", id: "1", room: "elsewhere", event: "message", data: { text: "x" } });
    connection.bufferedBytes = 100_000;
    await stream.overview(({ slow }) => slow.clients === 1);
    hub.kick(clientId);
    const { json } = await ask(`/clients/${clientId}`);
    expect(json.client).toBeNull();
    expect(json.timeline).toMatchObject([
      { kind: "connected", transport: "fake" },
      { kind: "joined", room: "r" },
      { kind: "refused", code: "not_joined", request: "publish", room: "elsewhere" },
      { kind: "slow", queuedBytes: 100_000 },
      { kind: "left", room: "r", reason: "kicked" },
      { kind: "closed", code: 4506, by: "server" },
    ]);
    expect((await ask("/clients/nobody")).json.error.code).toBe("unknown_member");
  });

  it("H-ADMIN-TIMELINE: of a client that was there before anybody watched it is known since when", async () => {
    const { clientId } = await connected({ name: "Ada" });
    const { json } = await ask(`/clients/${clientId}`);
    expect(json).toMatchObject({
      client: { clientId, name: "Ada", rooms: ["general"] },
      timeline: [{ kind: "connected" }],
    });
    expect(Math.abs(json.timeline[0]!.time - Date.now())).toBeLessThan(60_000);
  });

  it("H-ADMIN-CONTRACT: events, with the JSON Schema of their data", async () => {
    const { json } = await ask("/contract");
    expect(json.strict).toBe(false);
    const event = (name: string) => json.events.find((each) => each.name === name);
    expect(event("message")).toMatchObject({
      ...{ kept: true, publisher: "anyone" },
      schema: {
        type: "object",
        required: ["text"],
        properties: { text: { type: "string", maxLength: 4000 } },
      },
    });
    expect(event("typing")?.kept).toBe(false);
    expect(event("tick")?.schema.required).toEqual(["symbol", "price", "time"]);
  });
});

describe("what an operator sees go by", () => {
  it("H-ADMIN-TAIL: each event, as it was published, as far as it passes the filter", async () => {
    const stream = await listen("/tail?room=ne*");
    await publish("elsewhere");
    await publish("here", "news");
    const { events, dropped } = await stream.events();
    expect(events).toMatchObject([
      {
        room: "news",
        event: "message",
        offset: 1,
        receivers: 0,
        data: '{"text":"here"}',
        from: { user: "server" },
      },
    ]);
    expect(dropped).toBe(0);
  });

  it("H-ADMIN-TAIL: an event to one member alone is shown without what it says", async () => {
    const { clientId } = await connected();
    const stream = await listen("/tail");
    await hub.publish({ room: "general", event: "message", data: { text: "secret" }, to: clientId });
    const { events } = await stream.events();
    expect(events).toMatchObject([{ to: clientId, bytes: 17, receivers: 1 }]);
    expect(JSON.stringify(events)).not.toContain("secret");
  });

  it("H-ADMIN-BOUND: of more than it shows at a time the rest is counted, and long data is cut", async () => {
    const stream = await listen("/tail");
    await Promise.all(Array.from({ length: 120 }, () => publish("x".repeat(4000))));
    const { events, dropped } = await stream.events();
    expect(events).toHaveLength(50);
    expect(dropped).toBe(70);
    expect(events[0]).toMatchObject({ bytes: 4011, data: expect.stringMatching(/^.{2000}$/) });
  });

  it("H-ADMIN-BOUND: only so many streams are open at once, and a long filter is refused", async () => {
    expect((await ask(`/tail?room=${"r".repeat(300)}`)).json.error.code).toBe("bad_message");
    const held = await Promise.all(Array.from({ length: 64 }, () => listen("/live")));
    expect((await ask("/live")).json.error.code).toBe("too_many");
    expect(held).toHaveLength(64);
  });
});

describe("what an operator does", () => {
  it("H-ADMIN-ACT: a kick ends a client, which cannot come back", async () => {
    const { connection, clientId } = await connected();
    expect((await ask(`/clients/${clientId}/kick`, { body: {} })).status).toBe(200);
    expect(connection.closed?.code).toBe(4506);
    expect((await ask(`/clients/${clientId}/kick`, { body: {} })).json.error.code).toBe("unknown_member");
  });

  it("H-ADMIN-ACT: a kick out of one room leaves the others", async () => {
    const { connection, clientId } = await connected({ join: [{ room: "a" }, { room: "b" }] });
    expect((await ask(`/clients/${clientId}/kick`, { body: { room: "a" } })).status).toBe(200);
    expect(connection.messages.at(-1)).toEqual({ type: "left", room: "a", reason: "kicked" });
    expect((await ask(`/clients/${clientId}`)).json.client?.rooms).toEqual(["b"]);
    expect((await ask(`/clients/${clientId}/kick`, { body: { room: 1 } })).json.error.code).toBe("bad_room");
    expect((await ask(`/clients/${clientId}/kick`, { body: { rom: "b" } })).json.error).toMatchObject({
      ...{ code: "bad_message", message: "rom: no such field" },
    });
    expect(connection.closed).toBeUndefined();
  });

  it("H-ADMIN-ACT: who is disconnected may come back", async () => {
    const { connection, clientId } = await connected();
    expect((await ask(`/clients/${clientId}/disconnect`, { body: {} })).status).toBe(200);
    expect(connection.closed?.code).toBe(1001);
    expect(hub.counts().sessions).toBe(1);
    expect((await ask("/clients/nobody/disconnect", { body: {} })).json.error.code).toBe("unknown_member");
  });

  it("H-ADMIN-ACT: publishes under the contract, once per Idempotency-Key", async () => {
    const asked = { body: { event: "message", data: { text: "hi" } }, headers: { "idempotency-key": "k" } };
    expect((await ask("/rooms/general/events", asked)).json).toMatchObject({
      id: "k",
      position: { offset: 1 },
    });
    expect((await ask("/rooms/general/events", asked)).json).toMatchObject({ duplicate: true });
    const page = await hub.history(null, "general");
    expect(page.ok && page.value.events).toMatchObject([{ from: { clientId: null, user: "operator" } }]);
    for (const [body, code] of [
      [{ event: "message", data: {} }, "invalid_data"],
      [{ event: "join", data: {} }, "reserved_event"],
      [{ data: {} }, "bad_event"],
    ] as const)
      expect((await ask("/rooms/general/events", { body })).json.error.code).toBe(code);
  });

  it("H-ADMIN-AUDIT: what was done, to whom and from where, and what was refused", async () => {
    const { clientId } = await connected();
    await ask("/rooms/general/events", { body: { event: "message", data: { text: "secret" } } });
    await ask("/rooms/general/events", { body: { event: "message", data: {} } });
    await ask(`/clients/${clientId}/kick`, { body: {} });
    await ask("/clients/no%0Abody/disconnect", { body: {} });
    const by = { as: "operator", remote: "127.0.0.1" };
    expect(acts).toEqual([
      { act: "publish", ...by, room: "general", event: "message" },
      { act: "publish", ...by, room: "general", event: "message", refused: "invalid_data" },
      { act: "kick", ...by, clientId },
      { act: "disconnect", ...by, clientId: "no\nbody", refused: "unknown_member" },
    ]);
  });
});

describe("while nobody watches", () => {
  it("H-ADMIN-CLOSED: nothing is listened to, nothing is made for an event, no timer runs", async () => {
    const isIdle = (): object => ({
      watched: telemetry.isWatched,
      published: telemetry.published,
      timers: clock.pending.size,
    });
    const idle = isIdle();
    expect(idle).toEqual({ watched: false, published: undefined, timers: 0 });
    const [live, tail] = [await listen("/live"), await listen("/tail")];
    expect(telemetry.isWatched).toBe(true);
    expect(telemetry.published).toBeDefined();
    await publish("x");
    await tail.events();
    await live.overview();
    for (const path of ["/overview", "/rooms", "/clients", "/contract"]) await ask(path);
    for (const stream of streams.splice(0)) stream.abort();
    await unwatched();
    expect(isIdle()).toEqual(idle);
    await ask("/overview");
    expect(isIdle()).toEqual(idle);
  });

  it("H-ADMIN-CLOSED: a server that ends, ends its streams", async () => {
    const stream = await listen("/live");
    adapter.close();
    await stream.overview();
    await expect(stream.overview()).rejects.toThrow("the stream has ended");
    await unwatched();
  });
});
