/** What an application publishes in a room, and what becomes of it. */
import { MAX_MESSAGE_BYTES, PUBLISH_HORIZON_MS } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import type { StoredPublish } from "../storage/client-storage.ts";
import { contract } from "../testing/contract.ts";
import { inRoom } from "../testing/in-room.ts";
import { ack, at, ephemeral, event, joined, refused } from "../testing/messages.ts";
import { turns, World } from "../testing/world.ts";

describe("publishing", () => {
  test("B9 what the contract refuses is never sent, under the server's codes", async () => {
    const world = new World({ contract });
    const room = world.client.room("general");
    const { socket } = world;
    world.greet();
    const refusedAs = async (event: string, data: unknown) => {
      const result = await room.publish(event as "message", data as { text: string });
      return result.ok ? "sent" : result.code;
    };
    expect(await refusedAs("message", { text: "" })).toBe("invalid_data");
    expect(await refusedAs("unknown", {})).toBe("bad_event");
    expect(await refusedAs("Not a name", {})).toBe("bad_event");
    expect(await refusedAs("join", {})).toBe("reserved_event");
    expect(await refusedAs("news", "x")).toBe("forbidden");
    expect(await refusedAs("message", { text: "x".repeat(MAX_MESSAGE_BYTES) })).toBe("too_large");
    expect(
      await refusedAs("message", { text: "ü".repeat(MAX_MESSAGE_BYTES / 2) }),
      "bytes, not characters",
    ).toBe("too_large");
    const whole = await room.publish("message", { text: "x".repeat(MAX_MESSAGE_BYTES) });
    expect(whole).toMatchObject({
      message: expect.stringMatching(/^a message is at most 65536 bytes, not 65\d\d\d$/),
    });
    expect(socket.all("publish")).toEqual([]);
    expect(room.pending).toEqual([]);
  });

  test("B14 without a contract the protocol's own bounds hold", async () => {
    const { room, socket } = inRoom();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    let deep: unknown = 1;
    for (let level = 0; level < 40; level += 1) deep = [deep];
    expect(await room.publish("x", circle)).toMatchObject({ ok: false, code: "invalid_data" });
    expect(await room.publish("x", 1n)).toMatchObject({ ok: false, code: "invalid_data" });
    expect(await room.publish("x", deep)).toMatchObject({ ok: false, code: "invalid_data" });
    expect(await room.publish("x", 1, { id: "x".repeat(65) })).toMatchObject({
      ok: false,
      code: "bad_message",
    });
    void room.publish("x", undefined);
    expect(socket.all("publish")).toMatchObject([{ data: null }]);
  });

  test("what is repeated is what was published, whatever became of the object since", () => {
    const { world, room } = inRoom();
    const data = { text: "before" };
    void room.publish("message", data, { id: "x" });
    data.text = "after";
    world.socket.end();
    world.returnToNetwork();
    world.greet({ resumed: true });
    expect(world.socket.last("publish")).toMatchObject({ id: "x", data: { text: "before" } });
    expect(room.pending).toMatchObject([{ id: "x", data: { text: "before" }, state: "sending" }]);
  });

  test("S2 a lost ack: the same id is sent again, and the original position comes back", async () => {
    const { world, room, told } = inRoom();
    const result = room.publish("message", "x", { id: "x" });
    world.socket.say(event(1, { id: "x" }));
    world.socket.end();
    world.returnToNetwork();
    world.greet({ resumed: true });
    expect(world.socket.last("publish")).toMatchObject({ id: "x" });
    world.socket.say(ack("x", 1, { duplicate: true }));
    expect(await result).toMatchObject({ ok: true, duplicate: true, position: at(1) });
    expect(told()).toEqual(["1", "joined 0"]);
  });

  test("S6 what is published offline goes out in order, per room, when the room is joined again", () => {
    const { world, room } = inRoom();
    world.socket.end();
    for (const id of ["a", "b", "c"]) void room.publish("message", id, { id });
    world.returnToNetwork();
    world.socket.open();
    expect(world.socket.all("publish")).toEqual([]);
    world.greet({ resumed: true });
    expect(world.socket.all("publish").map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  test("B3 echo: false: the ack stands for the offset, and neither a replay nor a repetition hands it out", async () => {
    const { world, room, told } = inRoom();
    const mine = event(2, { id: "mine", from: { clientId: "me", user: "guest:me", name: "" } });
    const result = room.publish("message", "x", { id: "mine", echo: false });
    expect(world.socket.last("publish")).toMatchObject({ echo: false });
    world.socket.say(event(1));
    world.socket.end();
    world.returnToNetwork();
    world.greet({ resumed: true }, ({ room: name }) =>
      joined(name, { position: at(3), recovered: true, events: [mine, event(3)] }),
    );
    world.socket.say(ack("mine", 2, { duplicate: true }), event(4));
    expect(await result).toMatchObject({ ok: true });
    void room.publish("message", "y", { id: "next", echo: false });
    world.socket.say(ack("next", 5), event(6));
    expect(told()).toEqual(["1", "3r", "joined 1", "4", "6"]);
    expect(world.socket.all("join")).toEqual([]);
  });

  test("S1 an ack that is quicker than the event it is for does not stand for it", () => {
    const { room, socket, told } = inRoom();
    void room.publish("message", "x", { id: "x" });
    socket.say(ack("x", 1), event(1, { id: "x" }), event(2));
    expect(told()).toEqual(["1", "2"]);
  });

  test("P-PUB-7 B4 to one member: no position, and whether it was handed over", async () => {
    const { room, socket, told } = inRoom();
    const result = room.publish("message", "psst", { id: "x", to: "other" });
    expect(socket.last("publish")).toMatchObject({ to: "other" });
    socket.say(ack("x", undefined, { delivered: true }));
    expect(await result).toEqual({ ok: true, id: "x", time: 1, duplicate: false, delivered: true });
    socket.say(ephemeral("direct"));
    expect(told()).toEqual(["direct"]);
  });

  test("P-PUB-9 S6 a refusal that may be repeated holds its room back, and no other", () => {
    const { world, client, room, socket } = inRoom();
    const other = client.room("other");
    socket.say(joined("other", { id: socket.last("join").id }));
    for (const id of ["a", "b"]) void room.publish("message", id, { id });
    socket.say(
      refused({ id: "a", room: "general", retryAfterMs: 500 }),
      refused({ id: "b", room: "general" }),
    );
    void room.publish("message", "c", { id: "c" });
    void other.publish("message", "o", { id: "o" });
    const ids = () => socket.all("publish").map(({ id }) => id);
    expect(ids()).toEqual(["a", "b", "o"]);
    world.clock.pass(500);
    expect(ids()).toEqual(["a", "b", "o", "a", "b", "c"]);
  });

  test("the same id in two rooms is two publishes, and each gets its own answer", async () => {
    const { client, room, socket } = inRoom();
    const other = client.room("other");
    socket.say(joined("other", { id: socket.last("join").id }));
    const here = room.publish("message", 1, { id: "x" });
    const there = other.publish("message", 1, { id: "x" });
    socket.say(refused({ id: "x", room: "other", code: "forbidden", retry: "no" }), ack("x", 1));
    expect(await there).toMatchObject({ ok: false, code: "forbidden" });
    expect(await here).toMatchObject({ ok: true });
  });

  test("pending shows what is under way and what failed, with retry and discard", async () => {
    const { world, room, socket } = inRoom();
    const seen: string[][] = [];
    const off = room.onPending((pending) => seen.push(pending.map(({ id, state }) => `${id} ${state}`)));
    void room.publish("message", 1, { id: "x" });
    socket.say(refused({ id: "x", room: "general", code: "quota", retry: "no" }));
    expect(room.pending).toMatchObject([
      { id: "x", state: "failed", error: { code: "quota" }, createdAt: world.clock.now() },
    ]);
    const again = room.retry("x");
    socket.say(ack("x", 1));
    expect(await again).toMatchObject({ ok: true });
    off();
    void room.publish("message", 1, { id: "y" });
    expect(seen).toEqual([["x sending"], ["x failed"], ["x sending"], []]);
    room.discard("y");
    expect(room.pending).toEqual([]);
  });

  test("C-UNBLOCK a publish that the server waits for and nobody repeats: the room is joined anew", () => {
    const { world, room, socket } = inRoom({}, 5);
    void room.publish("message", 1, { id: "x" });
    socket.say(refused({ id: "x", room: "general", retryAfterMs: 500 }));
    room.discard("x");
    expect(socket.last("join")).toMatchObject({ room: "general", since: at(5) });
    void room.publish("message", 1, { id: "y" });
    world.clock.pass(500);
    expect(socket.all("publish")).toHaveLength(1);
    socket.say(joined("general", { id: socket.last("join").id, position: at(5), recovered: true }));
    expect(socket.last("publish")).toMatchObject({ id: "y" });
  });

  test("S8 the horizon, offline to the end", async () => {
    const { world, room } = inRoom();
    const sent = room.publish("message", 1);
    world.socket.end();
    const unsent = room.publish("message", 2);
    world.client.disconnect();
    world.clock.pass(PUBLISH_HORIZON_MS);
    expect(await sent).toMatchObject({ ok: false, code: "unknown" });
    expect(await unsent).toMatchObject({ ok: false, code: "unsent" });
    expect(world.clock.pending).toBe(0);
  });

  test("C-STORED a storage is read once, and its publishes go to their rooms", async () => {
    const stored = (id: string, room: string): StoredPublish => ({
      id,
      room,
      event: "message",
      data: id,
      createdAt: 1_795_219_200_000,
    });
    const removed: string[] = [];
    const world = new World({
      storage: {
        load: async () => ({ publishes: [stored("a", "early"), stored("b", "late")] }),
        keepResume: async () => {},
        save: async () => {},
        remove: async (room, id) => void removed.push(`${room} ${id}`),
      },
    });
    world.client.room("early");
    await turns();
    world.greet();
    await turns();
    expect(world.socket.all("publish").map(({ id }) => id)).toEqual(["a"]);
    world.client.room("late");
    world.socket.say(joined("late", { id: world.socket.last("join").id }));
    await turns();
    expect(world.socket.all("publish").map(({ id }) => id)).toEqual(["a", "b"]);
    world.socket.say(ack("a", 1, { room: "early" }));
    expect(removed).toEqual(["early a"]);
  });

  test("C-STORED a storage that cannot be read is reported, and costs nothing else", async () => {
    const world = new World({
      storage: {
        keepResume: async () => {},
        load: () => Promise.reject(new Error("locked")),
        save: async () => {},
        remove: async () => {},
      },
    });
    const room = world.client.room("general");
    await turns();
    world.greet();
    void room.publish("message", 1, { id: "x" });
    await turns();
    expect(world.socket.last("publish")).toMatchObject({ id: "x" });
    expect(world.errors.map(String)).toEqual(["Error: locked"]);
  });
});
