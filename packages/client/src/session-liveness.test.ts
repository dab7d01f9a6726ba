/** A server that goes, and one that is silent: how a client notices, and what it tells. */
import { PONG_TIMEOUT_MS } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { ABANDONED, MIN_HEARTBEAT_MS, WAKE_TIMEOUT_MS } from "./connection/transitions.ts";
import { answered, connected, HEARTBEAT_MS } from "./testing/connected.ts";
import { ack, event, joined } from "./testing/messages.ts";
import { World } from "./testing/world.ts";

describe("C-DRAIN a server that goes", () => {
  test("announces it; acks still count, nothing new is sent, and the return is at the time it asked for", async () => {
    const { world, client } = connected();
    const room = client.room("general");
    world.socket.say(answered(world));
    const before = room.publish("message", "before", { id: "before" });
    world.socket.say({ type: "drain", reconnectAfterMs: 1500 });
    expect(client.status).toEqual({
      ...{ state: "connected", transport: "ws", checking: false, draining: true },
    });
    const after = room.publish("message", "after", { id: "after" });
    world.socket.say(ack("before", 1));
    expect(await before).toMatchObject({ ok: true });
    expect(world.socket.all("publish").map(({ id }) => id)).toEqual(["before"]);
    world.socket.end(1012, "restart");
    expect(client.status).toMatchObject({
      state: "reconnecting",
      retryAt: world.clock.now() + 1500,
      reason: { cause: "drain", code: 1012 },
    });
    world.returnToNetwork();
    world.greet({ resumed: true });
    expect(world.socket.last("publish")).toMatchObject({ id: "after" });
    world.socket.say(ack("after", 2));
    expect(await after).toMatchObject({ ok: true });
  });

  test("a server that announces it and then hangs is left behind", () => {
    const { world, client } = connected();
    world.socket.say({ type: "drain", reconnectAfterMs: 0 });
    world.clock.pass(HEARTBEAT_MS);
    expect(client.status).toMatchObject({ state: "reconnecting", reason: { cause: "silence" } });
  });
});

describe("C-LIVENESS never connected on a dead socket", () => {
  test("P-PING-1 A9 a socket on which nothing comes is asked, and dropped when it does not answer", () => {
    const { world, client } = connected();
    const dead = world.socket;
    const pings = () => dead.all("ping").length;
    dead.say({ type: "pong", time: 1 });
    expect(pings(), "the first tells the round-trip time").toBe(1);
    world.clock.pass(HEARTBEAT_MS - 1);
    expect(pings()).toBe(1);
    world.clock.pass(1);
    expect(pings()).toBe(2);
    world.clock.pass(PONG_TIMEOUT_MS - 1);
    expect(client.status.state).toBe("connected");
    world.clock.pass(1);
    expect(client.status).toMatchObject({ state: "reconnecting", reason: { cause: "silence" } });
    expect(dead.ended).toMatchObject({ by: "client", code: ABANDONED });
  });

  test("anything that comes is a sign of life, and puts the question off", () => {
    const { world, client } = connected();
    client.room("general");
    world.socket.say(joined("general"));
    for (let offset = 1; offset <= 20; offset += 1) {
      world.clock.pass(HEARTBEAT_MS - 1);
      world.socket.say(event(offset));
    }
    expect(world.socket.all("ping")).toHaveLength(1);
    world.clock.pass(HEARTBEAT_MS);
    expect(world.socket.all("ping")).toHaveLength(2);
    world.socket.say(event(21));
    world.clock.pass(PONG_TIMEOUT_MS);
    expect(client.status.state).toBe("connected");
  });

  test("a server that names no heartbeat is not asked without end", () => {
    const world = new World();
    world.greet({ heartbeatMs: 0 });
    world.socket.say({ type: "pong", time: 1 });
    world.clock.pass(MIN_HEARTBEAT_MS - 1);
    expect(world.socket.all("ping")).toHaveLength(1);
  });

  test("it does not flicker: a question and its answer change no status", () => {
    const { world, statuses } = connected();
    for (let round = 0; round < 10; round += 1) {
      world.clock.pass(HEARTBEAT_MS);
      world.socket.say({ type: "pong", time: 1 });
    }
    expect(statuses).toEqual([]);
  });

  test("when the network returns or the tab is shown, the socket is asked at once, and must answer sooner", () => {
    const { world, client } = connected();
    world.wake();
    expect(client.status).toMatchObject({ state: "connected", checking: true });
    world.socket.say({ type: "pong", time: 1 });
    expect(client.status).toMatchObject({ state: "connected", checking: false });
    world.wake();
    world.wake();
    world.clock.pass(WAKE_TIMEOUT_MS);
    expect(client.status).toMatchObject({ state: "reconnecting", reason: { cause: "silence" } });
  });

  test("C-WAKE while waiting, a wake or retryNow is the next attempt", () => {
    const { world, client } = connected();
    world.socket.end();
    world.wake();
    expect(world.network.sockets).toHaveLength(2);
    world.socket.end();
    client.retryNow();
    expect(world.network.sockets).toHaveLength(3);
  });

  test("the round-trip time is that of the last ping", () => {
    const { world, client } = connected();
    expect(client.rttMs).toBeUndefined();
    world.clock.pass(40);
    world.socket.say({ type: "pong", time: 1 });
    expect(client.rttMs).toBe(40);
    world.socket.say({ type: "pong", time: 1 });
    expect(client.rttMs, "nobody asked for that one").toBe(40);
  });
});
