/** A socket made of requests, of which the test is the other end. */
import { describe, expect, test } from "vitest";

import { ManualClock } from "../testing/manual-clock.ts";
import { turns } from "../testing/world.ts";
import { type Fetch, openStreamWith } from "./stream-socket.ts";

interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | undefined;
  /** MUST be called once. */
  readonly answer: (response: Response | Error) => void;
}

const utf8 = new TextEncoder();

class Wire {
  readonly clock = new ManualClock();
  readonly asked: Asked[] = [];
  readonly told: unknown[] = [];
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;

  open(token?: string) {
    const request: Fetch = (url, init) =>
      new Promise((resolve, reject) => {
        const signal = init.signal ?? undefined;
        signal?.addEventListener("abort", () => reject(new Error("aborted")));
        this.asked.push({
          path: new URL(url).pathname,
          headers: init.headers as Record<string, string>,
          body: (init.body as string | undefined) ?? "",
          signal,
          answer: (response) => (response instanceof Error ? reject(response) : resolve(response)),
        });
      });
    return openStreamWith(request, this.clock)(
      { url: "http://x/v1/sse", token },
      {
        opened: () => this.told.push("opened"),
        received: (text) => this.told.push(text),
        closed: (code, reason) => this.told.push([code, reason]),
      },
    );
  }

  get latest(): Asked {
    return this.asked.at(-1)!;
  }

  /** The stream begins. */
  async begin(): Promise<void> {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#stream = controller) });
    this.asked[0]!.answer(new Response(body));
    await this.say('event: open\ndata: {"connection":"c1"}\n\n');
  }

  async say(text: string): Promise<void> {
    this.#stream!.enqueue(utf8.encode(text));
    await turns();
  }

  async end(): Promise<void> {
    this.#stream!.close();
    await turns();
  }

  async ok(): Promise<void> {
    this.latest.answer(Response.json({ batch: 1 }));
    await turns();
  }
}

const refused = (status: number, code: string): Response =>
  Response.json({ error: { code, message: "no", retry: "no" } }, { status });

describe("C-STREAM a socket made of requests", () => {
  test("opens by the first event, and tells each message", async () => {
    const wire = new Wire();
    wire.open("t");
    expect(wire.latest).toMatchObject({ path: "/v1/sse", headers: { authorization: "Bearer t" } });
    expect(wire.told).toEqual([]);
    await wire.begin();
    await wire.say('data: {"a":');
    await wire.say('1}\n\ndata: {"b":2}\n\n: comment\n\nevent: later\ndata: {}\n\n');
    expect(wire.told).toEqual(["opened", '{"a":1}', '{"b":2}']);
  });

  test("sends what was said before it opened, then one batch at a time, numbered", async () => {
    const wire = new Wire();
    const socket = wire.open();
    socket.send("early");
    expect(wire.asked).toHaveLength(1);
    await wire.begin();
    expect(wire.latest).toMatchObject({
      path: "/v1/sse/messages",
      headers: { "roomcast-connection": "c1", "roomcast-batch": "1", "content-type": "application/x-ndjson" },
      body: "early",
    });
    for (const text of ["a", "b", "c"]) socket.send(text);
    expect(wire.asked).toHaveLength(2);
    await wire.ok();
    expect(wire.latest).toMatchObject({ headers: { "roomcast-batch": "2" }, body: "a\nb\nc" });
    await wire.ok();
    expect(wire.asked).toHaveLength(3);
  });

  test("a batch holds as much as the server takes, and one message at least", async () => {
    const wire = new Wire();
    const socket = wire.open();
    const half = "ä".repeat(16_384);
    const whole = "x".repeat(65_536);
    for (const text of [half, "ü".repeat(16_383), "1", whole, "2"]) socket.send(text);
    await wire.begin();
    const bodies = [];
    for (let batch = 0; batch < 4; batch += 1) {
      bodies.push(wire.latest.body);
      await wire.ok();
    }
    expect(bodies.map((body) => utf8.encode(body).length)).toEqual([65_535, 1, 65_536, 1]);
  });

  test("a batch that got no answer is sent again under its number, and in the end given up", async () => {
    const wire = new Wire();
    const socket = wire.open();
    await wire.begin();
    socket.send("a");
    wire.latest.answer(new Error("reset"));
    await turns();
    wire.clock.pass(200);
    await turns();
    expect(wire.asked).toHaveLength(3);
    expect(wire.latest).toMatchObject({ headers: { "roomcast-batch": "1" }, body: "a" });
    await wire.ok();
    socket.send("b");
    for (const delayMs of [200, 1_000, 3_000, 0]) {
      wire.latest.answer(new Error("reset"));
      await turns();
      wire.clock.pass(delayMs);
      await turns();
    }
    expect(wire.told).toEqual(["opened", [1006, "reset"]]);
    expect(wire.asked[0]!.signal!.aborted).toBe(true);
    expect(wire.clock.pending).toBe(0);
  });

  test("answers each ping, with what waits or with nothing", async () => {
    const wire = new Wire();
    const socket = wire.open();
    await wire.begin();
    await wire.say("event: ping\ndata: {}\n\n");
    expect(wire.latest).toMatchObject({ headers: { "roomcast-batch": "1" }, body: "" });
    socket.send("a");
    await wire.ok();
    expect(wire.latest.body).toBe("a");
    expect(wire.told).toEqual(["opened"]);
  });

  test("tells how the server has closed it, once", async () => {
    const wire = new Wire();
    const socket = wire.open();
    await wire.begin();
    await wire.say('event: close\ndata: {"code":4509,"reason":"elsewhere"}\n\ndata: late\n\n');
    await wire.end();
    socket.send("too late");
    socket.close(1000, "");
    await turns();
    expect(wire.told).toEqual(["opened", [4509, "elsewhere"]]);
    expect(wire.asked).toHaveLength(1);
  });

  test("a stream that just ends is a socket that vanished", async () => {
    const wire = new Wire();
    wire.open();
    await wire.begin();
    await wire.end();
    expect(wire.told).toEqual(["opened", [1006, ""]]);
  });

  test("closes behind what was said, then lets go of the stream, and tells nothing more", async () => {
    const wire = new Wire();
    const socket = wire.open();
    await wire.begin();
    socket.send("a");
    socket.send("b");
    socket.close(1000, "bye");
    await wire.say("data: late\n\n");
    await wire.ok();
    expect(wire.latest).toMatchObject({
      body: "b",
      headers: { "roomcast-batch": "2", "roomcast-close": "1000" },
    });
    expect(wire.asked[0]!.signal!.aborted).toBe(false);
    await wire.ok();
    expect(wire.asked[0]!.signal!.aborted).toBe(true);
    expect(wire.told).toEqual(["opened"]);
  });

  test("closed before it opened it only lets go", async () => {
    const wire = new Wire();
    wire.open().close(1000, "");
    await turns();
    expect(wire.asked).toHaveLength(1);
    expect(wire.latest.signal!.aborted).toBe(true);
    expect(wire.told).toEqual([]);
  });

  test.each([
    [refused(401, "unauthorised"), 4501, "unauthorised: no"],
    [refused(403, "forbidden"), 4503, "forbidden: no"],
    [refused(429, "too_many"), 4429, "too_many: no"],
    [refused(503, "overloaded"), 1012, "overloaded: no"],
    [refused(404, "not_found"), 1006, "not_found: no"],
    [new Response("<h1>proxy</h1>", { status: 403 }), 1006, "answered with 403"],
    [new Error("unreachable"), 1006, "unreachable"],
  ])("what cannot be opened says why: %#", async (response, code, reason) => {
    const wire = new Wire();
    wire.open();
    wire.latest.answer(response);
    await turns();
    await turns();
    expect(wire.told).toEqual([[code, reason]]);
  });

  test("a connection that the server does not know any more has vanished", async () => {
    const wire = new Wire();
    const socket = wire.open();
    await wire.begin();
    socket.send("a");
    wire.latest.answer(refused(404, "not_found"));
    await turns();
    expect(wire.told).toEqual(["opened", [1006, "not_found: no"]]);
  });
});
