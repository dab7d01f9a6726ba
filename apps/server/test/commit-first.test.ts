/**
 * The first promise, over real sockets and a real SQLite file: no event is fanned out and none is acked before its
 * commit, and while a flush takes its time nobody else waits.
 */
import { Hub } from "@roomcast/hub";
import { HEARTBEAT_MS } from "@roomcast/protocol";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { openPlaces } from "./open-places.ts";
import { Entrance } from "../src/adapters/entrance.ts";
import { Origins } from "../src/adapters/origins.ts";
import { WsAdapter } from "../src/adapters/ws/ws-adapter.ts";
import { openPolicy } from "../src/auth/open-policy.ts";
import { DEFAULTS } from "../src/config/settings.ts";
import { FlushGate } from "../src/logs/sqlite/writer/flush-gate.ts";
import { openSqliteStore } from "../src/logs/sqlite/sqlite-store.ts";
import { NodeClock } from "../src/node-clock.ts";
import { NodeRandom } from "../src/node-random.ts";
import { temporaryFolder } from "./sqlite-stores.ts";

type Message = Record<string, unknown> & { readonly type: string };

interface Client {
  readonly heard: Message[];
  say(message: Record<string, unknown>): void;
  /** The next message of a type that was not heard before the call. */
  next(type: string): Promise<Message>;
}

async function serve(gate: FlushGate): Promise<number> {
  const clock = new NodeClock();
  const { policy } = await openPolicy(DEFAULTS, clock);
  const onFatal = (sentence: string): never => {
    throw new Error(sentence);
  };
  const opened = await openSqliteStore({ dataDir: temporaryFolder(), clock, gate, onFatal });
  if (!opened.ok) throw new Error(opened.error);
  const { log, sessions } = opened.value;
  const hub = new Hub({ log, sessions, clock, random: new NodeRandom(), policy });
  const limits = { heartbeatMs: HEARTBEAT_MS, places: openPlaces() };
  const onFault = onFatal.bind(null, "the entrance failed");
  const entrance = new Entrance({ policy, clock, origins: new Origins(DEFAULTS.origins), onFault });
  const ws = new WsAdapter({ hub, entrance, clock, ...limits });
  const http = createServer().on("upgrade", (request, socket, head) => {
    ws.upgrade(request, socket, head);
  });
  await once(http.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    gate.open();
    await hub.drain();
    await ws.close();
    http.close();
    await opened.value.close();
  });
  return (http.address() as AddressInfo).port;
}

async function enter(port: number): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`);
  const heard: Message[] = [];
  const waiting = new Map<string, (message: Message) => void>();
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    heard.push(message);
    waiting.get(message.type)?.(message);
    waiting.delete(message.type);
  });
  onTestFinished(() => {
    socket.terminate();
  });
  const client: Client = {
    heard,
    say: (message) => {
      socket.send(JSON.stringify(message));
    },
    next: (type) => new Promise((resolve) => waiting.set(type, resolve)),
  };
  await once(socket, "open");
  const joined = client.next("joined");
  client.say({ type: "hello", protocol: 1 });
  await joined;
  return client;
}

const message = (id: string): Record<string, unknown> => ({
  ...{ type: "publish", id, room: "general", event: "message" },
  data: { text: id },
});

/** Everything that the server has written up to now is heard once this resolves. */
async function settled(client: Client): Promise<void> {
  const pong = client.next("pong");
  client.say({ type: "ping" });
  await pong;
}

test("publish 4: nothing is fanned out and nothing acked before the commit; both follow it, in the order of offsets", async () => {
  const gate = new FlushGate();
  const port = await serve(gate);
  const [ada, bob] = [await enter(port), await enter(port)];
  const { arrivals } = gate;
  gate.shut();
  ada.say(message("a"));
  ada.say(message("b"));
  await gate.arrived(arrivals);
  await Promise.all([settled(ada), settled(bob)]);
  const told = (client: Client): string[] =>
    client.heard
      .filter(({ type }) => type === "event" || type === "ack")
      .map(({ type, id }) => `${type} ${String(id)}`);
  expect([told(ada), told(bob)]).toEqual([[], []]);
  const last = ada.next("ack").then(() => (told(ada).length < 4 ? ada.next("ack") : undefined));
  gate.open();
  await last;
  await settled(bob);
  expect(told(ada)).toEqual(["event a", "ack a", "event b", "ack b"]);
  expect(told(bob)).toEqual(["event a", "event b"]);
});

test("the event loop never waits for a flush: a ping is answered while the disk takes its time", async () => {
  const gate = new FlushGate();
  const port = await serve(gate);
  const [ada, idle] = [await enter(port), await enter(port)];
  gate.shut();
  const { arrivals } = gate;
  ada.say(message("held"));
  await gate.arrived(arrivals);
  await settled(idle);
  expect(ada.heard.some(({ type }) => type === "ack")).toBe(false);
});
