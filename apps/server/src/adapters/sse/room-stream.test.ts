/** A room as an event stream, over real sockets, with the hub and its memory log behind it. */
import { GUEST, type Policy } from "@roomcast/hub";
import { err, ok, refusal } from "@roomcast/protocol";
import { once } from "node:events";
import { EventSource } from "eventsource";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { StreamReader } from "../../../test/stream-reader.ts";
import { createServer, type RoomcastServer, type ServerOptions } from "../../index.ts";

/** "ada" is Ada's token, "brief" one that expires soon; `private` is closed to all. */
const policy: Policy = {
  authenticate: (token) =>
    token === undefined
      ? ok(GUEST)
      : token === "ada"
        ? ok({ user: "ada", name: "Ada" })
        : token === "brief"
          ? ok({ user: "ada", expiresAt: Date.now() + 50 })
          : err(refusal("unauthorised")),
  authorise: (_identity, { room }) => (room === "private" ? refusal("forbidden") : undefined),
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

const streamUrl = (room = "general", query = ""): string => `${server.url}/v1/rooms/${room}/stream${query}`;
const read = (query = "", init: RequestInit = {}): Promise<StreamReader> =>
  StreamReader.open(streamUrl("general", query), init);

const publish = async (text: string, room = "general"): Promise<string> => {
  const published = await server.rooms.get(room).publish("message", { text });
  if (!published.ok) throw new Error(published.error.message);
  const { epoch, offset } = published.value.position!;
  return `${epoch}:${offset}`;
};

const textOf = ({ data }: { data: string }): string =>
  (JSON.parse(data) as { data: { text: string } }).data.text;

describe("GET /v1/rooms/{room}/stream", () => {
  it("P-SSE-1: the newest events first, then what is published, under their names and positions", async () => {
    const first = await publish("1");
    await using stream = await read();
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const second = await publish("2");
    const [one, two] = await stream.take(2);
    expect(one).toMatchObject({ id: first, event: "message" });
    expect(JSON.parse(one!.data)).toEqual({
      ...{ type: "event", room: "general", event: "message", data: { text: "1" }, id: expect.any(String) },
      ...{ from: { clientId: null, user: "server", name: "" }, time: expect.any(Number), offset: 1 },
    });
    expect(two).toMatchObject({ id: second, event: "message" });
  });

  it("P-SSE-2: a reader is no member, hears no presence, and is gone when its socket is", async () => {
    await using stream = await read();
    const socket = await BareSocket.open(Number(new URL(server.url).port));
    socket.say({ type: "hello", protocol: 1 });
    expect(await socket.message()).toMatchObject({ type: "welcome" });
    expect(await socket.message()).toMatchObject({ type: "joined", count: 1 });
    socket.say({ type: "presence", id: "p", room: "general", state: { a: 1 } });
    expect(await socket.message()).toMatchObject({ type: "ack" });
    // Presence is gathered for so long.
    expect(await socket.message()).toMatchObject({ type: "presence" });
    await publish("only this");
    expect((await stream.take(1)).map(textOf)).toEqual(["only this"]);
    expect(server.hub.counts().connections).toBe(2);
    await stream[Symbol.asyncDispose]();
    await expect.poll(() => server.hub.counts().connections).toBe(1);
    socket.destroy();
  });

  it("P-SSE-3: since and history as in a join, Last-Event-ID before since", async () => {
    const cursors = [];
    for (const text of ["1", "2", "3", "4"]) cursors.push(await publish(text));
    const texts = async (
      query: string,
      headers: Record<string, string>,
      count: number,
    ): Promise<string[]> => {
      await using stream = await read(query, { headers });
      return (await stream.take(count)).map(textOf);
    };
    expect(await texts("?history=2", {}, 2)).toEqual(["3", "4"]);
    expect(await texts(`?since=${cursors[0]!}`, {}, 3)).toEqual(["2", "3", "4"]);
    expect(await texts(`?since=${cursors[0]!}`, { "last-event-id": cursors[2]! }, 1)).toEqual(["4"]);
  });

  it.each(["?history=all", "?history=-1", "?since=nowhere", "?since=k:-1", "?since=%3A5", "?since=%25zz:5"])(
    "P-SSE-3: %s is refused",
    async (query) => {
      const response = await fetch(streamUrl("general", query));
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: "bad_message" } });
    },
  );

  it("P-SSE-4: a browser that loses the stream before the first event comes back to where it began", async () => {
    const last = await publish("before");
    await using stream = await read("?history=0");
    await stream.until(() => stream.raw.includes("id: "));
    expect(stream.raw).toContain(`id: ${last}\n\n`);
  });

  it("P-SSE-4: an EventSource cut in the middle gets the rest, once and in order", async () => {
    const source = new EventSource(streamUrl());
    const heard: string[] = [];
    source.addEventListener("message", (event) => heard.push(textOf(event as { data: string })));
    await once(source as unknown as EventTarget, "open");
    await publish("1");
    await expect.poll(() => heard).toEqual(["1"]);
    server.http.closeAllConnections();
    await publish("2");
    await publish("3");
    await expect.poll(() => heard).toEqual(["1", "2", "3"]);
    source.close();
  });

  it("P-SSE-5: what is no longer kept is an event of its own, and is not told again", async () => {
    await server.close();
    await begin({ store: "memory", historyEvents: 2 });
    const [first] = [
      await publish("1"),
      await publish("2"),
      await publish("3"),
      await publish("4"),
      await publish("5"),
    ];
    await using stream = await read(`?since=${first}`);
    const gap = await stream.next();
    expect(gap.event).toBe("gap");
    const { from, to, reason } = JSON.parse(gap.data) as Record<string, unknown>;
    expect({ from, reason }).toEqual({ from: 2, reason: "trimmed" });
    const rest = await stream.next();
    expect(Number(rest.id!.split(":")[1])).toBe(Number(to) + 1);
    await using again = await read("", { headers: { "last-event-id": gap.id! } });
    expect((await again.next()).id).toBe(rest.id);
  });

  it("P-SSE-5: an epoch that is not the room's is a gap, and then all that is kept", async () => {
    await publish("1");
    await using stream = await read("?since=another:7");
    const [gap, event] = await stream.take(2);
    expect(JSON.parse(gap!.data)).toMatchObject({ type: "gap", from: null, to: null });
    expect(textOf(event!)).toBe("1");
  });

  it("P-SSE-4: more than a page comes page by page, once and in order, while others publish", async () => {
    const first = await publish("0");
    for (let count = 1; count <= 700; count += 1) await publish(String(count));
    await using stream = await read(`?since=${first}`);
    const late = publish("701");
    const texts = (await stream.take(701)).map(textOf);
    await late;
    expect(texts).toEqual(Array.from({ length: 701 }, (_, index) => String(index + 1)));
  });

  it("P-SSE-1: what is not kept has no id", async () => {
    await using stream = await read();
    await server.rooms.get("general").publish("typing", { on: true });
    const event = await stream.next();
    expect(event).toMatchObject({ event: "typing", id: undefined });
  });

  it("T24: whatever the fields hold, a parser reads them back as they were published", async () => {
    await using stream = await read();
    const nasty = "a\nb\rc\r\nd\0e\u2028f\u{1F600}\n\ndata: forged\nid: 1\n\n";
    const name = "\n\nevent: forged\r\rid: 9";
    await server.hub.publish({
      ...{ room: "general", event: "message", id: "x\ny", data: { text: nasty } },
      from: { clientId: null, user: "u\nid: 3", name },
    });
    const event = await stream.next();
    expect(JSON.parse(event.data)).toMatchObject({
      ...{ id: "x\ny", data: { text: nasty }, from: { user: "u\nid: 3", name } },
    });
    await publish("next");
    expect(textOf(await stream.next())).toBe("next");
  });

  it("P-SSE-6: a heartbeat shows that a silent stream lives", async () => {
    await server.close();
    await begin({ heartbeatMs: 20 });
    await using stream = await read();
    await stream.until(() => stream.comments.length >= 2);
    expect(stream.retries).toEqual([2000]);
  });

  it("P-SSE-6: when the server goes the reader is told when to come back, and the stream ends", async () => {
    await using stream = await read();
    await publish("last");
    const last = await stream.next();
    const closing = server.close();
    const rest = await stream.rest();
    await closing;
    expect([last, ...rest].map(({ event }) => event)).toEqual(["message", "drain"]);
    const { reconnectAfterMs } = JSON.parse(rest[0]!.data) as { reconnectAfterMs: number };
    expect(stream.retries).toEqual([2000, reconnectAfterMs]);
  });

  it("T10 P-SSE-6: who takes nothing is cut off, the others are not, and what was missed is still there", async () => {
    const slow = await BareSocket.connect(Number(new URL(server.url).port));
    slow.write("GET /v1/rooms/general/stream HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect.poll(() => server.hub.counts().connections).toBe(1);
    slow.tcp.pause();
    await using fast = await read();
    const text = "x".repeat(4000);
    let published = 0;
    let heard = 0;
    while (server.hub.counts().connections === 2) {
      for (let count = 0; count < 100; count += 1) await publish(text);
      published += 100;
      heard += (await fast.take(100)).length;
    }
    expect(server.hub.counts().connections).toBe(1);
    expect(heard).toBe(published);
    slow.destroy();
  });

  it("P-SSE-7: a token comes by header, and its end ends the stream", async () => {
    await using stream = await read("", { headers: { authorization: "Bearer brief" } });
    expect(await stream.rest()).toEqual([]);
    expect(stream.comments.at(-1)).toContain("4401");
    expect((await fetch(streamUrl(), { headers: { authorization: "Bearer bad" } })).status).toBe(401);
    expect((await fetch(streamUrl("general", "?token=ada"))).status).toBe(200);
    expect(server.hub.counts().connections).toBe(1);
  });

  it("P-SSE-7: forbidden as everywhere, and HEAD says so without opening anything", async () => {
    for (const method of ["GET", "HEAD"]) {
      expect((await fetch(streamUrl("private"), { method })).status).toBe(403);
      expect((await fetch(streamUrl("a b"), { method })).status).toBe(400);
    }
    const head = await fetch(streamUrl(), { method: "HEAD" });
    expect(head.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(server.hub.counts()).toMatchObject({ connections: 0, rooms: 0 });
    expect((await fetch(streamUrl(), { method: "POST" })).status).toBe(405);
  });

  it("T1: pages of other origins get 403, not a stream to hold", async () => {
    for (const origin of ["https://evil.example", "null"]) {
      expect((await fetch(streamUrl(), { headers: { origin } })).status).toBe(403);
    }
    const { origin } = new URL(server.url);
    await using stream = await read("", { headers: { origin } });
    expect(stream.response.headers.get("access-control-allow-origin")).toBe(origin);
  });

  it("W-5: streams count towards the sockets of an address", async () => {
    await server.close();
    await begin({ connectionsPerAddress: 2 });
    await using first = await read();
    await using second = await read();
    expect([first.response.status, second.response.status]).toEqual([200, 200]);
    const third = await fetch(streamUrl());
    expect(third.status).toBe(429);
    await third.text();
    await second[Symbol.asyncDispose]();
    await expect
      .poll(async () => {
        await using again = await read();
        return again.response.status;
      })
      .toBe(200);
  });
});

describe("POST /v1/tickets", () => {
  const ticket = async (token: string): Promise<string> => {
    const response = await fetch(`${server.url}/v1/tickets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { ticket: string; expiresInMs: number };
    expect(body).toEqual({ ticket: expect.stringMatching(/^[\w-]{22,}$/), expiresInMs: 30_000 });
    return body.ticket;
  };

  it("T2 T14 P-SSE-8: a ticket stands in for a token once", async () => {
    const issued = await ticket("ada");
    await using stream = await read(`?ticket=${issued}`);
    expect(stream.response.status).toBe(200);
    const replayed = await fetch(streamUrl("general", `?ticket=${issued}`));
    expect(replayed.status).toBe(401);
    expect(await replayed.json()).toMatchObject({ error: { code: "unauthorised" } });
    expect((await fetch(streamUrl("general", "?ticket=made-up"))).status).toBe(401);
  });

  it("P-SSE-8: a bad token gets none", async () => {
    const response = await fetch(`${server.url}/v1/tickets`, {
      method: "POST",
      headers: { authorization: "Bearer bad" },
    });
    expect(response.status).toBe(401);
  });

  it("P-SSE-8: the stream ends with the token that the ticket was got for", async () => {
    await using stream = await read(`?ticket=${await ticket("brief")}`);
    await stream.rest();
    expect(stream.comments.at(-1)).toContain("4401");
  });
});
