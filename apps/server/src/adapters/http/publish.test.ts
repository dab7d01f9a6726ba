/** Publishing by plain HTTP, over real sockets: what is kept, what is kept once, and what is refused. */
import { MAX_ID_AGE_MS } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { HttpStage } from "../../../test/http-stage.ts";

const HI = { event: "message", data: { text: "hi" } };

describe("POST /v1/rooms/{room}/events", () => {
  it("H-1: publishes, and answers with the ack", async () => {
    await using stage = await HttpStage.start();
    const { status, json } = await stage.post({ body: { ...HI, id: "a1", name: "Bob" } });
    expect(status).toBe(200);
    expect(json).toEqual({
      ...{ id: "a1", room: "general", time: expect.any(Number) },
      position: { epoch: expect.any(String), offset: 1 },
    });
    const { json: page } = await stage.get("/v1/rooms/general/events");
    expect(page.events[0]).toMatchObject({
      ...HI,
      id: "a1",
      from: { clientId: null, user: "guest", name: "Bob" },
    });
  });

  it("H-1: a token's user is the sender, whatever the body says", async () => {
    await using stage = await HttpStage.start();
    await stage.post({
      body: { ...HI, name: "Eve", from: { user: "root" } },
      headers: { authorization: "Bearer ada" },
    });
    const { json } = await stage.get("/v1/rooms/general/events");
    expect(json.events[0]?.from).toEqual({ clientId: null, user: "ada", name: "Ada" });
  });

  it("P-HTTP-2 T23: the same Idempotency-Key publishes once, and gets the original ack", async () => {
    await using stage = await HttpStage.start();
    const headers = { "idempotency-key": "key-1" };
    const first = await stage.post({ body: { ...HI, id: "not this one" }, headers });
    const second = await stage.post({ body: HI, headers });
    expect(first.json).toMatchObject({ id: "key-1", position: { offset: 1 } });
    expect(second.json).toEqual({ ...first.json, duplicate: true });
    expect((await stage.get("/v1/rooms/general/events")).json.events).toHaveLength(1);
  });

  it("H-8 H-2 P-HTTP-7: a flood is told to wait, what it repeats is kept once, and others go on", async () => {
    await using stage = await HttpStage.start(1);
    const kept = [
      await stage.post({ body: { ...HI, id: "1" } }),
      await stage.post({ body: { ...HI, id: "2" } }),
    ];
    expect(kept.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await stage.post({ body: { ...HI, id: "3" } });
    expect(refused).toMatchObject({
      status: 429,
      json: { error: { code: "overloaded", retry: "same_id", retryAfterMs: 1000 } },
    });
    expect(refused.response.headers.get("retry-after")).toBe("1");
    expect((await stage.get("/v1/rooms/general/members")).status).toBe(429);
    expect((await stage.get("/healthz")).status).toBe(200);
    const ada = { authorization: "Bearer ada" };
    expect((await stage.post({ body: { ...HI, id: "a" }, headers: ada })).status).toBe(200);
    expect((await stage.post({ body: HI, headers: { authorization: "Bearer bad" } })).status).toBe(429);
    stage.creditClock.advance(1000);
    expect((await stage.post({ body: { ...HI, id: "3" } })).json).toMatchObject({ position: { offset: 4 } });
    expect((await stage.get("/v1/rooms/general/events", ada)).json.events).toHaveLength(4);
  });

  it("R-DOORSTEP: refusals on the account of an address are told at the doorstep, and those of a user are not", async () => {
    await using stage = await HttpStage.start(1);
    const statuses = async (headers: Readonly<Record<string, string>>): Promise<number[]> => {
      const answers = [1, 2, 3].map(async (id) => {
        const body = { ...HI, id: `${Object.keys(headers).length}-${id}` };
        return (await stage.post({ body, headers })).status;
      });
      return (await Promise.all(answers)).toSorted((a, b) => a - b);
    };
    expect(await statuses({})).toEqual([200, 200, 429]);
    expect(stage.toldAtDoorstep).toBe(1);
    expect(await statuses({ authorization: "Bearer ada" })).toEqual([200, 200, 429]);
    expect(stage.toldAtDoorstep).toBe(1);
  });

  it("P-PUB-13 P-HTTP-2: a repetition whose id may be forgotten is id_expired, and no second event", async () => {
    await using stage = await HttpStage.start();
    const late = (age: unknown) => stage.post({ body: { ...HI, id: "a1", age } });
    expect(await late(MAX_ID_AGE_MS)).toMatchObject({ status: 200, json: { position: { offset: 1 } } });
    expect(await late(MAX_ID_AGE_MS + 1)).toMatchObject({
      status: 409,
      json: { error: { code: "id_expired", retry: "no" } },
    });
    expect(await late("a day")).toMatchObject({ status: 400, json: { error: { code: "bad_message" } } });
    expect((await stage.get("/v1/rooms/general/events")).json.events).toHaveLength(1);
  });

  it("P-HTTP-2 T23: without an id each publish is one of its own", async () => {
    await using stage = await HttpStage.start();
    const [first, second] = [await stage.post({ body: HI }), await stage.post({ body: HI })];
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
      await using stage = await HttpStage.start();
      const refused = await stage.post(posted);
      expect(refused.status).toBe(status);
      expect(refused.json).toEqual({ error: { code, message: expect.any(String), retry: "no" } });
      expect((await stage.get("/v1/rooms/general/events")).json.events).toEqual([]);
    },
  );

  it("T11: keys of the prototype are data like any other", async () => {
    await using stage = await HttpStage.start();
    const data = '{"__proto__":{"polluted":1},"constructor":2,"toString":3}';
    const { status } = await stage.post({
      raw: `{"event":"custom","data":${data},"__proto__":{"event":"x"}}`,
      room: "constructor",
    });
    expect(status).toBe(200);
    const response = await stage.fetch("/v1/rooms/constructor/events");
    expect(await response.text()).toContain(`"data":${data}`);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("H-6: the place of the WebSocket says to whom it speaks", async () => {
    await using stage = await HttpStage.start();
    const { status, json, response } = await stage.get("/v1/ws");
    expect([status, response.headers.get("upgrade")]).toEqual([426, "websocket"]);
    expect(json.error).toMatchObject({ code: "bad_message", message: "open this with a WebSocket" });
  });

  it("H-2: what can be repeated says when", async () => {
    await using stage = await HttpStage.start();
    await stage.hub.drain();
    const { status, json, response } = await stage.post({ body: HI });
    expect(status).toBe(503);
    expect(json.error).toMatchObject({
      code: "overloaded",
      retry: "same_id",
      retryAfterMs: expect.any(Number),
    });
    expect(Number(response.headers.get("retry-after"))).toBe(Math.ceil(json.error.retryAfterMs / 1000));
  });

  it("T23: a body far too large is not waited for", async () => {
    await using stage = await HttpStage.start();
    const socket = await stage.connect();
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
