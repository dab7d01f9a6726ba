/** The client as an application uses it, from connect to leave. */
import { expect, test } from "vitest";

import { ack, at, event, joined } from "./testing/messages.ts";
import { settled, World } from "./testing/world.ts";

test("C8 D20 a client joins, gets the history, publishes, and hears the ack", async () => {
  const world = new World();
  const room = world.client.room("general", { history: 10 });
  const heard: unknown[] = [];
  room.on("message", ({ data, offset, epoch, replayed }) => heard.push({ data, offset, epoch, replayed }));
  const result = room.publish("message", { text: "hello" }, { id: "mine" });
  expect(world.client.status).toEqual({ state: "connecting" });

  const socket = world.greet({}, ({ room: name }) => joined(name, { position: at(2), events: [event(2)] }));
  expect(socket.sent[0]).toEqual({ type: "hello", protocol: 1, join: [{ room: "general", history: 10 }] });
  expect(world.client.status).toEqual({ state: "connected", checking: false, draining: false });
  expect(room.status).toEqual({ state: "joined" });
  expect(socket.last("publish")).toEqual({
    type: "publish",
    id: "mine",
    room: "general",
    event: "message",
    data: { text: "hello" },
  });

  socket.say(event(3, { id: "mine", data: { text: "hello" } }), ack("mine", 3));
  expect(await settled(result)).toEqual({ ok: true, id: "mine", time: 1, duplicate: false, position: at(3) });
  expect(heard).toEqual([
    { data: { text: "#2" }, offset: 2, epoch: "e1", replayed: true },
    { data: { text: "hello" }, offset: 3, epoch: "e1", replayed: false },
  ]);
  expect(world.errors).toEqual([]);
});
