/** Which way a client goes when WebSockets are blocked, and how it comes back. */
import { describe, expect, test } from "vitest";

import { ack, joined } from "../testing/messages.ts";
import { turns, World } from "../testing/world.ts";
import { SCOUT_BASE_MS, SCOUT_CAP_MS, scoutMs, transportAfter } from "./transport.ts";

const WS = "ws://test/v1/ws";
const SSE = "http://test/v1/sse";

/** A client whose WebSocket was refused, on a stream that the server has welcomed. */
function streaming(): World {
  const world = new World({ token: "t" });
  world.client.room("general");
  world.socket.end(1006);
  world.returnToNetwork();
  expect(world.socket.url).toBe(SSE);
  world.greet();
  return world;
}

describe("C-FALLBACK where WebSockets are blocked the next attempt goes by a stream", () => {
  test.each([
    ["is refused", (world: World) => world.socket.end(1006)],
    ["is swallowed", (world: World) => world.clock.pass(10_000)],
    [
      "opens, and is cut before welcome",
      (world: World) => {
        world.socket.open();
        world.socket.end(1006);
      },
    ],
    [
      "opens, and nothing comes through",
      (world: World) => {
        world.socket.open();
        world.clock.pass(10_000);
      },
    ],
  ])("a WebSocket that %s", (_what, fail) => {
    const world = new World({ token: "t" });
    expect(world.socket).toMatchObject({ url: WS, token: "t" });
    fail(world);
    world.returnToNetwork();
    expect(world.socket).toMatchObject({ url: SSE, token: "t" });
    world.greet();
    expect(world.client.status).toMatchObject({ state: "connected", transport: "sse" });
  });

  test.each([4408, 4413, 4429, 1012])("a server that closes with %i has spoken", (code) => {
    const world = new World();
    world.socket.open();
    world.socket.end(code);
    world.returnToNetwork();
    expect(world.socket.url).toBe(WS);
  });

  test("where neither gets through both are tried in turn", () => {
    const world = new World();
    const urls: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      urls.push(world.socket.url);
      world.socket.end(1006);
      world.returnToNetwork();
    }
    expect(urls).toEqual([WS, SSE, WS, SSE, WS, SSE]);
  });

  test("a network that has let a WebSocket through is doubted later: the server may be away", () => {
    const world = new World();
    world.greet();
    const urls: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      world.socket.end(1006);
      world.returnToNetwork();
      urls.push(world.socket.url);
    }
    expect(urls).toEqual([WS, WS, WS, SSE, WS, SSE]);
  });

  test("a stream that is lost is a stream again, resumed", () => {
    const world = streaming();
    world.clock.pass(10_000);
    world.network.alive.find(({ url }) => url === SSE)!.end(1006);
    world.returnToNetwork();
    expect(world.socket.url).toBe(SSE);
  });

  test("the rule, pure", () => {
    const after = (transport: "ws" | "sse", unanswered: number, proven: boolean): string =>
      transportAfter({ transport, unanswered, proven });
    expect([
      after("ws", 0, false),
      after("ws", 1, false),
      after("ws", 2, true),
      after("ws", 3, true),
    ]).toEqual(["ws", "sse", "ws", "sse"]);
    expect([after("sse", 0, false), after("sse", 1, false), after("sse", 9, true)]).toEqual([
      "sse",
      "ws",
      "ws",
    ]);
  });
});

describe("C-RETURN a client comes back to a WebSocket when one gets through", () => {
  test("it is tried beside the stream, ever less often, and spread", () => {
    for (const chance of [0, 0.5, 1 - Number.EPSILON]) {
      for (let scouts = 0; scouts < 40; scouts += 1) {
        const most = Math.min(SCOUT_CAP_MS, SCOUT_BASE_MS * 2 ** scouts);
        expect(scoutMs(scouts, chance)).toBeGreaterThanOrEqual(most / 2);
        expect(scoutMs(scouts, chance)).toBeLessThanOrEqual(most);
      }
    }
    const world = streaming();
    const stream = world.socket;
    const at: number[] = [];
    for (let tried = 0; tried < 3; tried += 1) {
      const before = world.network.sockets.length;
      while (world.network.sockets.length === before) {
        world.clock.pass(100);
        stream.say({ type: "pong", time: 0 });
      }
      at.push(world.clock.monotonicMs());
      expect(world.socket).toMatchObject({ url: WS, token: "t" });
      world.socket.end(1006);
    }
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(15_000);
    expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(30_000);
    expect(stream.ended).toBeUndefined();
    expect(world.client.status).toMatchObject({ state: "connected", transport: "sse" });
  });

  test("it opens but nothing comes back: the stream stays", () => {
    const world = streaming();
    const stream = world.socket;
    world.clock.pass(7_500);
    world.socket.open();
    expect(world.socket.all("ping")).toHaveLength(1);
    expect(world.socket.all("hello")).toEqual([]);
    expect(stream.ended).toBeUndefined();
  });

  test("it is answered: the session is resumed there at once, and what was in flight is repeated under its id", async () => {
    const world = streaming();
    const stream = world.socket;
    const room = world.client.room("general");
    const sent = room.publish("message", "hi", { id: "p1" });
    expect(stream.last("publish").id).toBe("p1");
    world.clock.pass(7_500);
    const scout = world.socket;
    scout.open();
    scout.say({ type: "error", code: "hello_required", message: "", retry: "no" });
    expect(scout.ended).toMatchObject({ by: "client", code: 1000 });
    expect(stream.ended).toMatchObject({ by: "client", code: 4000 });
    expect(world.client.status).toMatchObject({
      ...{ state: "reconnecting", attempt: 1, retryAt: null, reason: { cause: "transport" } },
    });
    expect(world.socket.url).toBe(WS);
    world.greet({ resumed: true }, ({ room: name }) => joined(name, { recovered: true }));
    expect(world.socket.last("hello").resume).toBeDefined();
    expect(world.client.status).toMatchObject({ state: "connected", transport: "ws" });
    expect(world.socket.last("publish").id).toBe("p1");
    world.socket.say(ack("p1", 1));
    await turns();
    expect(await sent).toMatchObject({ ok: true, id: "p1" });
    expect(world.network.alive).toEqual([world.socket]);
    world.clock.pass(600_000);
  });

  test("it is blocked again before welcome: one attempt, and the stream is taken anew", () => {
    const world = streaming();
    world.clock.pass(7_500);
    world.socket.open();
    world.socket.say({ type: "pong", time: 0 });
    world.socket.end(1006);
    world.returnToNetwork();
    expect(world.socket.url).toBe(SSE);
  });

  test("what is tried beside a stream ends with it", () => {
    const world = streaming();
    const stream = world.socket;
    world.clock.pass(7_500);
    const scout = world.socket;
    stream.end(1006);
    expect(scout.ended).toMatchObject({ by: "client" });
    world.client.disconnect();
    expect(world.network.alive).toEqual([]);
  });
});
