/** Rules V-*: the real SDK over a socket that the test holds; effects, as a component's template has them. */
import { connect, type OpenSocket, type SocketListener } from "@roomcast/client";
import { events } from "@roomcast/protocol";
import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createEvents } from "./events.ts";
import { createRoom, type LiveRoom } from "./room.ts";
import { createStatus, type LiveStatus } from "./status.ts";

const ADA = { clientId: "c1", user: "guest:c1", name: "Ada" };
const BOB = { clientId: "c2", user: "guest:c2", name: "Bob" };
const limits = { messageBytes: 65_536, messagesPerSecond: 50, roomsPerSession: 128, stateLength: 4096 };

describe("bindings", () => {
  let socket: SocketListener;
  let client: ReturnType<typeof connectTo>;
  let status: LiveStatus;
  let general: LiveRoom<typeof events>;
  const ends: (() => void)[] = [];

  const openSocket: OpenSocket = (_dial, listener) => {
    socket = listener;
    return { send() {}, close() {} };
  };
  const connectTo = () =>
    connect("ws://test", { contract: events, ports: { openSocket, openStream: openSocket } });
  const say = (message: object): void => {
    socket.received(JSON.stringify(message));
    flushSync();
  };
  const message = (text: string, offset: number): object => ({
    ...{ type: "event", room: "general", event: "message", data: { text }, id: `m${offset}` },
    ...{ from: BOB, time: 1, offset },
  });
  /** Everything that a template would have shown, one after the other. */
  const shown = <Value>(read: () => Value): Value[] => {
    const values: Value[] = [];
    ends.push(
      $effect.root(() => {
        $effect(() => void values.push(read()));
      }),
    );
    flushSync();
    return values;
  };
  async function greet(): Promise<void> {
    await expect.poll(() => socket).toBeDefined();
    socket.opened();
    say({
      ...{ type: "welcome", protocol: 1, ...ADA, resume: "r".repeat(22), resumed: false, durability: "disk" },
      ...{ heartbeatMs: 25_000, limits, server: { name: "roomcast", version: "0", node: "n" } },
    });
    say({
      ...{ type: "joined", room: "general", position: { epoch: "e1", offset: 0 }, recovered: false },
      ...{ members: [{ ...ADA, state: {} }], count: 1, events: [] },
    });
  }

  beforeEach(() => {
    client = connectTo();
    status = createStatus(client);
    general = createRoom(client, "general");
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
    client.disconnect();
  });

  it("V-STATUS: the connection is followed, and its reconnects are counted", async () => {
    const states = shown(() => status.current.state);
    const connected = shown(() => status.isConnected);
    await greet();
    expect([states, connected, status.user, status.reconnects]).toEqual([
      ...[["connecting", "connected"], [false, true], ADA.user, 0],
    ]);
    socket.closed(1006, "");
    flushSync();
    client.retryNow();
    await greet();
    expect(status.reconnects).toBe(1);
    expect(states.at(-1)).toBe("connected");
  });

  it("V-ROOM: whether one is in a room, who else is, and what is on its way", async () => {
    const joined = shown(() => general.isJoined);
    const names = shown(() => general.members.map(({ name }) => name).join());
    const pending = shown(() => general.pending.length);
    await greet();
    say({ type: "presence", room: "general", count: 2, joined: [{ ...BOB, state: {} }] });
    void general.room.publish("message", { text: "hello" }, { id: "p1" });
    flushSync();
    say({ type: "ack", id: "p1", room: "general", position: { epoch: "e1", offset: 1 }, time: 1 });
    expect(joined).toEqual([false, true]);
    expect([...new Set(names)]).toEqual(["", "Ada", "Ada,Bob"]);
    expect([...new Set(pending)]).toEqual([0, 1]);
    expect(pending.at(-1)).toBe(0);
    const states = shown(() => general.status.state);
    socket.closed(4506, "kicked");
    flushSync();
    expect(states).toEqual(["joined", "disconnected"]);
  });

  it("V-EVENTS: the newest events of a name, whether or not anybody looks", async () => {
    const messages = createEvents(general, "message", { keep: 2 });
    await greet();
    say(message("unseen", 1));
    const texts = shown(() => messages.list.map(({ data }) => data.text).join());
    say(message("two", 2));
    say(message("three", 3));
    expect(texts).toEqual(["unseen", "unseen,two", "two,three"]);
    expect(messages.last?.data.text).toBe("three");
  });
});
