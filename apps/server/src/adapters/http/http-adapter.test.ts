/** Plain HTTP over real sockets, with the hub and its memory log behind it. */
import { GUEST, Hub, MemoryLog, MemorySessions, NO_TELEMETRY, type Policy } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { err, HEARTBEAT_MS, MAX_ID_AGE_MS, ok, refusal } from "@roomcast/protocol";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { openPlaces } from "../../../test/open-places.ts";
import { NodeClock } from "../../node-clock.ts";
import { NodeRandom } from "../../node-random.ts";
import { Entrance } from "../entrance.ts";
import { Addresses } from "../peer-address.ts";
import { RequestCredits } from "../request-credits.ts";
import { Origins } from "../origins.ts";
import { Streams } from "../sse/streams.ts";
import { HttpAdapter } from "./http-adapter.ts";

const clock = new NodeClock();
const random = new NodeRandom();

/** "ada" is Ada's token; `private` is closed to everybody, and guests may enter. */
const policy: Policy = {
  authenticate: (token) =>
    token === undefined
      ? ok(GUEST)
      : token === "ada"
        ? ok({ user: "ada", name: "Ada" })
        : err(refusal("unauthorised")),
  authorise: (_identity, { room }) => (room === "private" ? refusal("forbidden") : undefined),
};

let server: Server;
let hub: Hub;
let url: string;
let ready = true;
let creditClock = new ManualClock();
let perSecond = 0;

const begin = async (): Promise<void> => {
  ready = true;
  const log = new MemoryLog({ clock, random });
  hub = new Hub({ log, sessions: new MemorySessions(clock), clock, random, policy });
  const origins = new Origins();
  const onFault = (error: unknown): never => {
    throw error;
  };
  const adapter = new HttpAdapter({
    ...{ hub, clock, random, origins, onFault },
    entrance: new Entrance({ policy, origins, clock, onFault }),
    streams: new Streams(clock, HEARTBEAT_MS, openPlaces()),
    credits: new RequestCredits({
      ...{ clock: creditClock, addresses: new Addresses(), telemetry: NO_TELEMETRY },
      messagesPerSecond: perSecond,
    }),
    ready: async () => ready,
  });
  server = createServer((request, response) => {
    if (!adapter.take(request, response)) response.writeHead(404).end("not mine");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
beforeEach(async () => {
  perSecond = 0;
  await begin();
});

const end = async (): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};
afterEach(end);

/** All that an answer may hold. */
interface Body {
  readonly id: string;
  readonly position: { readonly offset: number };
  readonly events: { readonly data: { readonly text: string }; readonly from: object }[];
  readonly more: boolean;
  readonly error: { readonly code: string; readonly retryAfterMs: number };
}

interface Answered {
  readonly status: number;
  readonly json: Body;
  readonly response: Response;
}

const answered = async (response: Response): Promise<Answered> => ({
  status: response.status,
  json: (await response.json()) as Body,
  response,
});

interface Posted {
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly room?: string;
}

const post = async ({ body, raw, headers, room = "general" }: Posted): Promise<Answered> =>
  answered(
    await fetch(`${url}/v1/rooms/${room}/events`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: raw ?? JSON.stringify(body),
    }),
  );

const get = async (path: string, headers: Record<string, string> = {}): Promise<Answered> =>
  answered(await fetch(url + path, { headers }));

const HI = { event: "message", data: { text: "hi" } };

describe("POST /v1/rooms/{room}/events", () => {
  it("H-1: publishes, and answers with the ack", async () => {
    const { status, json } = await post({ body: { ...HI, id: "a1", name: "Bob" } });
    expect(status).toBe(200);
    expect(json).toEqual({
      ...{ id: "a1", room: "general", time: expect.any(Number) },
      position: { epoch: expect.any(String), offset: 1 },
    });
    const { json: page } = await get("/v1/rooms/general/events");
    expect(page.events[0]).toMatchObject({
      ...HI,
      id: "a1",
      from: { clientId: null, user: "guest", name: "Bob" },
    });
  });

  it("H-1: a token's user is the sender, whatever the body says", async () => {
    await post({
      body: { ...HI, name: "Eve", from: { user: "root" } },
      headers: { authorization: "Bearer ada" },
    });
    const { json } = await get("/v1/rooms/general/events");
    expect(json.events[0]?.from).toEqual({ clientId: null, user: "ada", name: "Ada" });
  });

  it("P-HTTP-2 T23: the same Idempotency-Key publishes once, and gets the original ack", async () => {
    const headers = { "idempotency-key": "key-1" };
    const first = await post({ body: { ...HI, id: "not this one" }, headers });
    const second = await post({ body: HI, headers });
    expect(first.json).toMatchObject({ id: "key-1", position: { offset: 1 } });
    expect(second.json).toEqual({ ...first.json, duplicate: true });
    expect((await get("/v1/rooms/general/events")).json.events).toHaveLength(1);
  });

  it("H-8 H-2 P-HTTP-7: a flood is told to wait, what it repeats is kept once, and others go on", async () => {
    await end();
    perSecond = 1;
    creditClock = new ManualClock();
    await begin();
    const kept = [await post({ body: { ...HI, id: "1" } }), await post({ body: { ...HI, id: "2" } })];
    expect(kept.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await post({ body: { ...HI, id: "3" } });
    expect(refused).toMatchObject({
      status: 429,
      json: { error: { code: "overloaded", retry: "same_id", retryAfterMs: 1000 } },
    });
    expect(refused.response.headers.get("retry-after")).toBe("1");
    expect((await get("/v1/rooms/general/members")).status).toBe(429);
    expect((await get("/healthz")).status).toBe(200);
    const ada = { authorization: "Bearer ada" };
    expect((await post({ body: { ...HI, id: "a" }, headers: ada })).status).toBe(200);
    expect((await post({ body: HI, headers: { authorization: "Bearer bad" } })).status).toBe(429);
    creditClock.advance(1000);
    expect((await post({ body: { ...HI, id: "3" } })).json).toMatchObject({ position: { offset: 4 } });
    expect((await get("/v1/rooms/general/events", ada)).json.events).toHaveLength(4);
  });

  it("P-PUB-13 P-HTTP-2: a repetition whose id may be forgotten is id_expired, and no second event", async () => {
    const late = (age: unknown): Promise<Answered> => post({ body: { ...HI, id: "a1", age } });
    expect(await late(MAX_ID_AGE_MS)).toMatchObject({ status: 200, json: { position: { offset: 1 } } });
    expect(await late(MAX_ID_AGE_MS + 1)).toMatchObject({
      status: 409,
      json: { error: { code: "id_expired", retry: "no" } },
    });
    expect(await late("a day")).toMatchObject({ status: 400, json: { error: { code: "bad_message" } } });
    expect((await get("/v1/rooms/general/events")).json.events).toHaveLength(1);
  });

  it("P-HTTP-2 T23: without an id each publish is one of its own", async () => {
    const [first, second] = [await post({ body: HI }), await post({ body: HI })];
    expect(first.json.id).not.toBe(second.json.id);
    expect(second.json.position.offset).toBe(2);
  });

  it.each([
    ["no JSON", { raw: "{" }, 400, "bad_message"],
    ["no object", { raw: "[]" }, 400, "bad_message"],
    ["no UTF-8", { raw: new Uint8Array([0x22, 0xff, 0x22]) }, 400, "bad_message"],
    ["another type", { body: HI, headers: { "content-type": "text/plain" } }, 415, "bad_message"],
    ["no type", { raw: new Uint8Array([1]), headers: { "content-type": "" } }, 415, "bad_message"],
    ["a compressed body", { body: HI, headers: { "content-encoding": "gzip" } }, 415, "bad_message"],
    ["64 KiB and more", { raw: JSON.stringify({ ...HI, filler: "x".repeat(65_536) }) }, 413, "too_large"],
    ["no event", { body: { data: 1 } }, 400, "bad_event"],
    ["no data", { body: { event: "custom" } }, 400, "invalid_data"],
    ["an event outside the grammar", { body: { event: "No", data: 1 } }, 400, "bad_event"],
    ["a reserved event", { body: { event: "join", data: 1 } }, 400, "reserved_event"],
    ["data outside the schema", { body: { event: "message", data: {} } }, 400, "invalid_data"],
    [
      "data too deep",
      { body: { event: "custom", data: JSON.parse(`${"[".repeat(33)}${"]".repeat(33)}`) } },
      400,
      "invalid_data",
    ],
    ["a number beyond a double", { raw: '{"event":"custom","data":1e400}' }, 400, "invalid_data"],
    ["a long id", { body: { ...HI, id: "x".repeat(65) } }, 400, "bad_message"],
    ["a long name", { body: { ...HI, name: "x".repeat(65) } }, 400, "bad_message"],
    ["a name that is no text", { body: { ...HI, name: 5 } }, 400, "bad_message"],
    ["a room outside the grammar", { body: HI, room: "a%20room" }, 400, "bad_room"],
    ["a room that is not encoded right", { body: HI, room: "%ff" }, 400, "bad_message"],
    ["a bad token", { body: HI, headers: { authorization: "Bearer eve" } }, 401, "unauthorised"],
    ["no bearer token", { body: HI, headers: { authorization: "Basic eve" } }, 401, "unauthorised"],
    ["a room that is closed", { body: HI, room: "private" }, 403, "forbidden"],
    ["a foreign page", { body: HI, headers: { origin: "https://evil.example" } }, 403, "forbidden"],
    ["a page without an origin of its own", { body: HI, headers: { origin: "null" } }, 403, "forbidden"],
  ] as const)(
    "P-HTTP-6 P-HTTP-8 T23: %s is refused, and nothing is kept",
    async (_, posted, status, code) => {
      const refused = await post(posted);
      expect(refused.status).toBe(status);
      expect(refused.json).toEqual({ error: { code, message: expect.any(String), retry: "no" } });
      expect((await get("/v1/rooms/general/events")).json.events).toEqual([]);
    },
  );

  it("T11: keys of the prototype are data like any other", async () => {
    const data = '{"__proto__":{"polluted":1},"constructor":2,"toString":3}';
    const { status } = await post({
      raw: `{"event":"custom","data":${data},"__proto__":{"event":"x"}}`,
      room: "constructor",
    });
    expect(status).toBe(200);
    const response = await fetch(`${url}/v1/rooms/constructor/events`);
    expect(await response.text()).toContain(`"data":${data}`);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("H-6: the place of the WebSocket says to whom it speaks", async () => {
    const { status, json, response } = await get("/v1/ws");
    expect([status, response.headers.get("upgrade")]).toEqual([426, "websocket"]);
    expect(json.error).toMatchObject({ code: "bad_message", message: "open this with a WebSocket" });
  });

  it("H-2: what can be repeated says when", async () => {
    await hub.drain();
    const { status, json, response } = await post({ body: HI });
    expect(status).toBe(503);
    expect(json.error).toMatchObject({
      code: "overloaded",
      retry: "same_id",
      retryAfterMs: expect.any(Number),
    });
    expect(Number(response.headers.get("retry-after"))).toBe(Math.ceil(json.error.retryAfterMs / 1000));
  });

  it("T23: a body far too large is not waited for", async () => {
    const socket = await BareSocket.connect(Number(new URL(url).port));
    socket.write(
      "POST /v1/rooms/general/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n",
    );
    socket.write(Buffer.alloc(1024 * 1024 + 1, "x"));
    const head = await socket.head();
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
    expect(head).toContain("Connection: close");
    await socket.ended();
  });
});

describe("GET /v1/rooms/{room}/events", () => {
  beforeEach(async () => {
    for (const text of ["one", "two", "three"])
      await hub.publish({ room: "r", event: "message", data: { text } });
  });

  const texts = async (query: string): Promise<{ texts: string[]; more: boolean; offset: number }> => {
    const { status, json } = await get(`/v1/rooms/r/events${query}`);
    expect(status).toBe(200);
    return {
      texts: json.events.map(({ data }) => data.text),
      more: json.more,
      offset: json.position.offset,
    };
  };

  it("P-HTTP-4 C8 C9: the newest, or what lies after or before an offset, both exclusive", async () => {
    expect(await texts("")).toEqual({ texts: ["one", "two", "three"], more: false, offset: 3 });
    expect(await texts("?limit=2")).toEqual({ texts: ["two", "three"], more: true, offset: 3 });
    expect(await texts("?after=1&limit=1")).toEqual({ texts: ["two"], more: true, offset: 3 });
    expect(await texts("?before=2")).toEqual({ texts: ["one"], more: false, offset: 3 });
    expect(await texts("?limit=100000")).toMatchObject({ texts: ["one", "two", "three"] });
  });

  it.each([
    "?limit=0",
    "?limit=-1",
    "?limit=x",
    "?after=1.5",
    "?after=",
    "?after=1&before=3",
    "?before=99999999999999999999",
  ])("H-3: %s is no range", async (query) => {
    const { status, json } = await get(`/v1/rooms/r/events${query}`);
    expect(status).toBe(400);
    expect(json.error.code).toBe("bad_message");
  });

  it("T19: a room that is closed to the reader is forbidden", async () => {
    expect((await get("/v1/rooms/private/events")).status).toBe(403);
  });
});

describe("who is where", () => {
  it("H-4: the members of a room and the rooms in use", async () => {
    expect((await get("/v1/rooms/general/members")).json).toEqual({ count: 0, members: [] });
    expect((await get("/v1/rooms")).json).toEqual({ rooms: [] });
    expect((await get("/v1/rooms/no%20room/members")).json.error.code).toBe("bad_room");
    expect((await get("/v1/rooms/private/members")).status).toBe(403);
  });
});

describe("probes", () => {
  it("H-5: healthz says that the process lives, readyz that it can serve", async () => {
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    ready = false;
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(503);
  });
});

describe("methods and headers", () => {
  it("H-6: another method gets 405 and the ones that there are", async () => {
    const response = await fetch(`${url}/v1/rooms/general/events`, { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
    expect((await fetch(`${url}/healthz`, { method: "POST" })).headers.get("allow")).toBe(
      "GET, HEAD, OPTIONS",
    );
  });

  it("H-6: HEAD is GET without the body", async () => {
    const response = await fetch(`${url}/healthz`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String('{"status":"alive"}'.length));
    expect(await response.text()).toBe("");
  });

  it("H-6: no answer is cached or sniffed", async () => {
    const { headers } = (await get("/v1/rooms")).response;
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("P-HTTP-8 T1: pages of an allowed origin may read and preflight, others not", async () => {
    const allowed = await get("/v1/rooms", { origin: "http://localhost:5173" });
    expect(allowed.response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(allowed.response.headers.get("vary")).toBe("Origin");
    const foreign = await get("/v1/rooms", { origin: "https://evil.example" });
    expect(foreign.response.headers.get("access-control-allow-origin")).toBeNull();
    for (const [origin, methods] of [
      ["http://localhost:5173", "POST, GET, HEAD, OPTIONS"],
      ["https://evil.example", null],
    ] as const) {
      const response = await fetch(`${url}/v1/rooms/general/events`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-methods")).toBe(methods);
    }
  });

  it("T4: an absolute-form URL is served by its path", async () => {
    const socket = await BareSocket.connect(Number(new URL(url).port));
    socket.write(
      "GET http://elsewhere.example/healthz?x HTTP/1.1\r\nHost: ignored\r\nConnection: close\r\n\r\n",
    );
    expect(await socket.head()).toMatch(/^HTTP\/1\.1 200 /);
    await socket.ended();
  });

  it("D6: paths of others are left alone", async () => {
    for (const path of ["/", "/v1", "/v1/rooms/", "/v1/rooms/a/b", "/v1/else", "/healthz/"]) {
      expect(await (await fetch(url + path)).text()).toBe("not mine");
    }
  });
});

describe("who asks without reading", () => {
  it("T10: a connection with more requests than may wait is cut, the others are answered", async () => {
    const socket = await BareSocket.connect(Number(new URL(url).port));
    const request = "GET /v1/rooms/general/events HTTP/1.1\r\nHost: here\r\n\r\n";
    socket.tcp.write(request.repeat(1000));
    await once(socket.tcp, "close");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("T10: as many as may wait are all answered", async () => {
    const socket = await BareSocket.connect(Number(new URL(url).port));
    let answers = 0;
    const all = new Promise<void>((resolve) => {
      socket.tcp.on("data", (chunk: Buffer) => {
        answers += chunk.toString().split("HTTP/1.1 200").length - 1;
        if (answers === 32) resolve();
      });
    });
    socket.tcp.write("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n".repeat(32));
    await all;
    socket.tcp.destroy();
  });
});
