/** What bounds a Socket.IO connection in time, over a real socket, with the clock in the test's hand. */
import { ManualClock } from "@roomcast/hub/testing";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";

import { type Accepted, RecordingHub } from "../../../test/recording-hub.ts";
import { NodeRandom } from "../../node-random.ts";
import { FREE, openPlaces } from "../../../test/open-places.ts";
import { Origins } from "../origins.ts";
import { SocketioAdapter } from "./socketio-adapter.ts";

const ATTACHMENTS_TIMEOUT_MS = 10_000;
const BINARY = '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';

/** An adapter on a port, as long as the test goes on. */
async function listening(clock: ManualClock, hub: RecordingHub): Promise<number> {
  const adapter = new SocketioAdapter({
    ...{
      hub,
      clock,
      random: new NodeRandom(),
      origins: new Origins([]),
      places: openPlaces(),
      credits: FREE,
    },
    ...{ entrance: { vouch: () => ({ ok: true, value: undefined }) }, generation: "g" },
    ...{ heartbeatMs: 60_000, helloTimeoutMs: 60_000 },
  });
  const http = createServer((request, response) => adapter.take(request, response));
  http.on("upgrade", (request, socket, head) => {
    adapter.upgrade(request, socket, head);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(async () => {
    http.closeAllConnections();
    await adapter.close();
    http.close();
  });
  return (http.address() as AddressInfo).port;
}

/** In the namespace, as far as the adapter knows. */
async function connected(clock: ManualClock, hub: RecordingHub): Promise<WebSocket> {
  const port = await listening(clock, hub);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  onTestFinished(() => socket.terminate());
  await once(socket, "message");
  socket.send("40");
  await hub.newest();
  return socket;
}

it("P-SIO-8: attachments that are not there within 10 s end the connection", async () => {
  const clock = new ManualClock();
  const hub = new RecordingHub();
  const socket = await connected(clock, hub);
  const { ends, received } = await hub.newest();
  // All of them are there in time: the next ones have 10 s of their own.
  for (const packet of [BINARY, Buffer.alloc(1), Buffer.alloc(1)]) socket.send(packet);
  await hub.until(() => received.length === 2);
  clock.advance(ATTACHMENTS_TIMEOUT_MS);
  socket.send('42["leave",{"room":"x"}]');
  await hub.until(() => received.length === 3);
  socket.send(BINARY);
  socket.send(Buffer.alloc(1));
  const pong = once(socket, "pong");
  socket.ping();
  await pong;
  clock.advance(ATTACHMENTS_TIMEOUT_MS - 1);
  expect(ends).toEqual([]);
  clock.advance(1);
  expect(ends[0]).toMatchObject({ code: 1008 });
  await once(socket, "close");
});

it("R-REST: what comes over a WebSocket while its connection is paused is heard once it is resumed, and 6 s later in any case", async () => {
  const clock = new ManualClock();
  const hub = new RecordingHub();
  const [socket, witness] = [await connected(clock, hub), await connected(clock, hub)];
  await hub.until(() => hub.accepted.length === 2);
  const [one, other] = hub.accepted as [Accepted, Accepted];
  const leave = '42["leave",{"room":"x"}]';
  one.connection.pause?.();
  socket.send(leave);
  clock.advance(5_999);
  // So much that was sent later has been heard that this would have been too.
  for (let heard = 2; heard <= 20; heard += 1) {
    witness.send(leave);
    await hub.until(() => other.received.length === heard);
  }
  expect(one.received).toHaveLength(1);
  clock.advance(1);
  await hub.until(() => one.received.length === 2);
  one.connection.pause?.();
  socket.send(leave);
  one.connection.resume?.();
  await hub.until(() => one.received.length === 3);
  one.connection.pause?.();
  one.connection.close("restart");
  await once(socket, "close");
});

interface Polling {
  readonly post: (...packets: string[]) => Promise<number>;
  readonly poll: () => Promise<string>;
}

async function polling(hub: RecordingHub): Promise<Polling> {
  const url = `http://127.0.0.1:${await listening(new ManualClock(), hub)}/socket.io/?EIO=4&transport=polling`;
  const [, sid = ""] = /"sid":"([^"]+)"/.exec(await (await fetch(url)).text()) ?? [];
  const post = async (...packets: string[]): Promise<number> =>
    (await fetch(`${url}&sid=${sid}`, { method: "POST", body: packets.join("\x1e") })).status;
  return { post, poll: async () => (await fetch(`${url}&sid=${sid}`)).text() };
}

it.each(["4", "4x", "b"])(
  "T20 R-REST: %j while the connection is paused ends it once it is resumed",
  async (packet) => {
    const hub = new RecordingHub();
    const { post, poll } = await polling(hub);
    await post("40");
    const { connection, ends } = await hub.newest();
    connection.pause?.();
    expect(await post(packet)).toBe(200);
    expect(ends).toEqual([]);
    connection.resume?.();
    expect(ends[0]).toMatchObject({ code: 4400 });
    await poll();
  },
);

it("R-REST: what polls bring while the connection is paused is heard once it is resumed; too much of it ends it", async () => {
  const hub = new RecordingHub();
  const { post, poll } = await polling(hub);
  const leave = '42["leave",{"room":"x"}]';
  await post("40", leave);
  const { connection, received, ends } = await hub.newest();
  connection.pause?.();
  expect(await post(leave, leave)).toBe(200);
  expect(received).toHaveLength(2);
  connection.resume?.();
  expect(received).toHaveLength(4);
  connection.pause?.();
  while (ends.length === 0) await post(...Array.from({ length: 2_000 }, () => leave));
  expect(ends[0]).toMatchObject({ code: 4429 });
  expect(received).toHaveLength(4);
  // The end waits for a poll.
  await poll();
});
