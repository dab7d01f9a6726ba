/** A room as an application sees it, and what its client says to the server about it. */
import { type EventMessage, MAX_MESSAGE_BYTES, type Member, PUBLISH_HORIZON_MS } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { RETRY_MS } from "./outbox.ts";
import type { StoredPublish } from "./client-storage.ts";
import { REQUEST_TIMEOUT_MS } from "./requests.ts";
import type { JoinedRoom, PresenceChange, RoomGap, RoomOptions, RoomStatus } from "./room.ts";
import { contract } from "./testing/contract.ts";
import { ack, at, ephemeral, event, events, joined, page, refused } from "./testing/messages.ts";
import { settled, turns, World } from "./testing/world.ts";

const member = (clientId: string, state = {}): Member => ({
  clientId,
  user: `guest:${clientId}`,
  name: clientId,
  state,
});

/** A client in "general", at offset 0, and what it told since. */
function inRoom(options: RoomOptions = {}, top = 0) {
  const world = new World();
  const room = world.client.room("general", options);
  const told: string[] = [];
  const statuses: RoomStatus[] = [];
  room.onAny(({ offset, id, replayed }) => told.push(`${offset ?? id}${replayed ? "r" : ""}`));
  room.onGap(({ from, to }) => told.push(`gap ${from}-${to}`));
  room.onJoined(({ replayed }) => told.push(`joined ${replayed}`));
  room.onStatus((status) => statuses.push(status));
  world.greet({}, ({ room: name }) => joined(name, { position: at(top) }));
  told.splice(0);
  statuses.splice(0);
  const { socket } = world;
  return { world, client: world.client, room, socket, statuses, told: () => told.splice(0) };
}

describe("joining", () => {
  test("C5 the same object for the same name, until it is left", () => {
    const { client, room } = inRoom();
    expect(client.room("general")).toBe(room);
    expect(client.rooms).toEqual([room]);
    room.leave();
    expect(client.rooms).toEqual([]);
    expect(client.room("general")).not.toBe(room);
  });

  test("C8 the first join asks for history, or for all since a stored position; later ones for all since the last", () => {
    const world = new World();
    world.client.room("a", { history: 7 });
    world.client.room("b", { history: 7, since: at(3) });
    world.client.room("c");
    world.greet();
    expect(world.socket.last("hello").join).toEqual([
      { room: "a", history: 7 },
      { room: "b", since: at(3) },
      { room: "c" },
    ]);
    world.socket.say(event(1, { room: "a" }));
    world.socket.end();
    world.returnToNetwork();
    world.greet({ resumed: true });
    expect(world.socket.last("hello").join?.[0]).toEqual({ room: "a", since: at(1) });
  });

  test("onJoined tells how it went: first, recovered, with a gap", () => {
    const { world, room, client } = inRoom();
    const joins: JoinedRoom[] = [];
    const gaps: RoomGap[] = [];
    room.onJoined((join) => joins.push(join));
    room.onGap((gap) => gaps.push(gap));
    world.socket.end();
    world.returnToNetwork();
    world.greet({}, ({ room: name }) =>
      joined(name, { position: at(2), recovered: true, events: events(1, 2) }),
    );
    world.socket.end();
    world.returnToNetwork();
    const gap = { reason: "trimmed", from: 3, to: 4, position: at(5) } as const;
    world.greet({}, ({ room: name }) => joined(name, { position: at(5), events: [event(5)], gap }));
    expect(joins).toEqual([
      { first: false, recovered: true, replayed: 2 },
      { first: false, recovered: false, replayed: 1, gap },
    ]);
    expect(gaps).toEqual([gap]);
    expect(client.room("general").position).toEqual(at(5));
  });

  test("S1 a page is fetched while live events come, and only then the room counts as joined", () => {
    const { world, room, told, statuses } = inRoom();
    world.socket.end();
    world.returnToNetwork();
    world.greet({}, ({ room: name }) =>
      joined(name, { position: at(5), recovered: true, events: events(1, 2), more: true }),
    );
    expect(room.status).toEqual({ state: "joining" });
    const asked = world.socket.last("history");
    expect(asked).toMatchObject({ room: "general", after: 2, limit: 300 });
    world.socket.say(event(6), page(asked.id, { events: events(3, 6), position: at(6) }), event(7));
    expect(told()).toEqual(["1r", "2r", "3r", "4r", "5r", "6r", "joined 6", "7"]);
    expect(statuses.map(({ state }) => state)).toEqual(["joining", "joined"]);
  });

  test("S1 a page that is refused or does not come is asked for by joining anew", () => {
    const { world, told } = inRoom();
    const back = () => {
      world.socket.end();
      world.returnToNetwork();
      return world.greet({}, ({ room: name }) =>
        joined(name, { position: at(9), recovered: true, events: events(1, 1), more: true }),
      );
    };
    let socket = back();
    socket.say(refused({ id: socket.last("history").id, code: "storage_unavailable", retryAfterMs: 200 }));
    world.clock.pass(200);
    expect(socket.last("join")).toMatchObject({ room: "general", since: at(1) });
    socket = back();
    // The server lives, or it would be given up for its silence.
    world.clock.pass(REQUEST_TIMEOUT_MS + RETRY_MS);
    expect(socket.last("join")).toMatchObject({ room: "general", since: at(1) });
    expect(told()).toEqual(["1r"]);
  });

  test("S1 S3 only the join that was asked last is answered: an older answer is of a stay that is over", () => {
    const { world, socket, room, told } = inRoom({}, 5);
    socket.say(event(7));
    const [late] = socket.all("join");
    world.clock.pass(REQUEST_TIMEOUT_MS);
    socket.say({ type: "pong", time: 1 });
    world.clock.pass(RETRY_MS);
    const { id } = socket.last("join");
    expect(id).not.toBe(late?.id);
    const gap = { reason: "trimmed", from: 6, to: 8, position: at(9) } as const;
    socket.say(joined("general", { id: late!.id, position: at(9), gap, events: events(9, 9) }));
    expect([told(), room.status.state]).toEqual([[], "joining"]);
    socket.say(event(10));
    socket.say(joined("general", { id, position: at(10), gap, events: events(9, 10) }));
    expect(told()).toEqual(["gap 6-8", "9r", "10r", "joined 2"]);
  });

  test("a join that is answered late, but before it is asked again, is not asked again", () => {
    const { world, socket, told } = inRoom({}, 5);
    socket.say(event(7));
    world.clock.pass(REQUEST_TIMEOUT_MS);
    socket.say(joined("general", { id: socket.last("join").id, position: at(7), events: events(6, 7) }));
    expect(told()).toEqual(["6r", "7r", "joined 2"]);
    world.clock.pass(RETRY_MS);
    expect(socket.all("join")).toHaveLength(1);
  });

  test("C-HOLE a server that contradicts itself is asked at once, then ever later, and again at once when it has not", () => {
    const { world, room, socket, told } = inRoom();
    const joins = (): number => socket.all("join").length;
    /** What was trimmed ends at 5, and what is kept begins at 8. */
    const lie = (): void => {
      const gap = { reason: "trimmed", from: 1, to: 5, position: at(9) } as const;
      socket.say(
        joined("general", { id: socket.last("join").id, position: at(9), gap, events: events(8, 9) }),
      );
    };
    socket.say(event(3));
    expect(joins()).toBe(1);
    const waits: number[] = [];
    for (let lies = 1; lies <= 8; lies += 1) {
      lie();
      expect(joins()).toBe(lies);
      const since = world.clock.monotonicMs();
      while (joins() === lies && world.clock.monotonicMs() < since + 60_000) {
        world.clock.pass(50);
        socket.say({ type: "pong", time: 0 });
      }
      waits.push(world.clock.monotonicMs() - since);
    }
    expect(waits[0]).toBe(1000);
    expect(waits.at(-1)).toBe(10_000);
    expect(told()).toEqual(Array.from({ length: 8 }, () => "gap 1-5"));
    socket.say(
      joined("general", {
        id: socket.last("join").id,
        position: at(9),
        recovered: true,
        events: events(6, 9),
      }),
    );
    expect(room.status.state).toBe("joined");
    socket.say(event(12));
    expect(joins()).toBe(10);
  });

  test("S3 a hole is filled for that room alone", () => {
    const { client, socket, told } = inRoom();
    client.room("other");
    socket.say(joined("other", { id: socket.last("join").id }));
    socket.say(event(1), event(3));
    const { id, room, since } = socket.last("join");
    expect({ room, since }).toEqual({ room: "general", since: at(1) });
    expect(socket.all("join")).toHaveLength(2);
    socket.say(joined("general", { id, position: at(3), recovered: true, events: events(2, 3) }));
    expect(told()).toEqual(["1", "2r", "3r", "joined 2"]);
  });
});

describe("not getting in", () => {
  test("C7 a final refusal in hello: the room says so, publishes fail, and nobody asks again", async () => {
    const world = new World();
    const room = world.client.room("secret");
    const waiting = room.publish("message", "x");
    world.greet({}, ({ room: name }) =>
      refused({ room: name, code: "forbidden", message: "no", retry: "no" }),
    );
    const error = { code: "forbidden", message: "no", retry: "no" };
    expect(room.status).toEqual({ state: "refused", error });
    expect(await waiting).toMatchObject({ ok: false, ...error });
    expect(await room.publish("message", "y")).toMatchObject({ ok: false, ...error });
    world.socket.end();
    world.returnToNetwork();
    world.greet();
    expect(world.socket.last("hello").join).toEqual([]);
  });

  test("C7 a final refusal of a join", () => {
    const { client, socket } = inRoom();
    const room = client.room("secret");
    socket.say(refused({ id: socket.last("join").id, room: "secret", code: "forbidden", retry: "no" }));
    expect(room.status).toMatchObject({ state: "refused", error: { code: "forbidden" } });
    client.room("secret");
    expect(socket.all("join"), "asking once more is the application's wish").toHaveLength(2);
  });

  test("a refusal that may be repeated is, in its time", () => {
    const { world, client, socket } = inRoom();
    const room = client.room("busy");
    socket.say(refused({ id: socket.last("join").id, room: "busy", retryAfterMs: 300 }));
    world.clock.pass(299);
    expect(socket.all("join")).toHaveLength(1);
    world.clock.pass(1);
    expect(socket.all("join")).toHaveLength(2);
    expect(room.status).toEqual({ state: "joining" });
    world.clock.pass(REQUEST_TIMEOUT_MS);
    socket.say({ type: "pong", time: 1 });
    world.clock.pass(RETRY_MS);
    expect(socket.all("join"), "no answer is no answer for ever").toHaveLength(3);
  });

  test("a name or a state that no server takes is refused before it is sent", async () => {
    const { client, socket } = inRoom();
    expect(client.room("no room!").status).toMatchObject({ state: "refused", error: { code: "bad_room" } });
    const large = { text: "x".repeat(MAX_MESSAGE_BYTES) };
    expect(client.room("large", { state: large }).status).toMatchObject({
      state: "refused",
      error: { code: "too_large" },
    });
    expect(await client.room("no room!").publish("message", 1)).toMatchObject({
      ok: false,
      code: "bad_room",
    });
    expect(socket.all("join")).toEqual([]);
    expect(client.rooms).toHaveLength(1);
  });
});

describe("leaving", () => {
  test("C2 tells the server; acks of what was sent still count; what comes after is not handed out", async () => {
    const { world, room, socket, told, statuses } = inRoom();
    const sent = room.publish("message", "x", { id: "x" });
    room.leave();
    room.leave();
    expect(statuses).toEqual([{ state: "left", reason: "left" }]);
    const { id } = socket.last("leave");
    // An ack waits for its commit.
    socket.say(event(1), { type: "left", id, room: "general", reason: "left" }, ack("x", 1));
    expect(await sent).toMatchObject({ ok: true });
    expect(told()).toEqual([]);
    expect(await room.publish("message", "y")).toMatchObject({ ok: false, code: "not_joined" });
    expect(await room.history()).toMatchObject({ ok: false, error: { code: "not_connected" } });
    socket.end();
    world.returnToNetwork();
    world.greet();
    expect(world.socket.last("hello").join).toEqual([]);
  });

  test("S8 what was sent and not acked when the socket ends is unknown", async () => {
    const { room, socket } = inRoom();
    const sent = room.publish("message", "x", { id: "x" });
    room.leave();
    expect(await settled(sent)).toBeUndefined();
    socket.end();
    expect(await sent).toMatchObject({ ok: false, code: "unknown" });
  });

  test("A5 C2 taken out by the server: kicked, and it does not come back by itself", async () => {
    const { world, room, socket, statuses } = inRoom();
    const sent = room.publish("message", "x", { id: "x" });
    socket.say({ type: "left", room: "general", reason: "kicked" });
    expect(statuses).toEqual([{ state: "left", reason: "kicked" }]);
    socket.say(ack("x", 1));
    expect(await sent, "it was kept before").toMatchObject({ ok: true });
    socket.end();
    world.returnToNetwork();
    world.greet();
    expect(world.socket.last("hello").join).toEqual([]);
  });

  test("entering again is a new room, and the old one's answers are not its own", () => {
    const { client, room, socket } = inRoom({}, 5);
    room.leave();
    const again = client.room("general", { history: 3 });
    const { id, ...asked } = socket.last("join");
    expect(asked).toEqual({ type: "join", room: "general", history: 3 });
    socket.say({ type: "left", id: socket.last("leave").id, room: "general", reason: "left" });
    expect(again.status).toEqual({ state: "joining" });
    socket.say(joined("general", { id, position: at(5), events: events(3, 5) }));
    expect(again.position).toEqual(at(5));
  });

  test("a room that is left before it was joined is left again when it is", () => {
    const { client, socket } = inRoom();
    client.room("brief").leave();
    socket.say(refused({ id: socket.last("leave").id, room: "brief", code: "not_joined", retry: "no" }));
    socket.say(joined("brief", { id: socket.last("join").id }));
    expect(socket.all("leave")).toHaveLength(2);
  });

  test("without a connection there is nobody to tell", async () => {
    const { world, client, room } = inRoom();
    world.socket.end();
    const waiting = room.publish("message", "x");
    room.leave();
    expect(await waiting).toMatchObject({ ok: false, code: "not_joined" });
    expect(client.rooms).toEqual([]);
  });
});

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

  test("B4 to one member: no position, and whether it was handed over", async () => {
    const { room, socket, told } = inRoom();
    const result = room.publish("message", "psst", { id: "x", to: "other" });
    expect(socket.last("publish")).toMatchObject({ to: "other" });
    socket.say(ack("x", undefined, { delivered: true }));
    expect(await result).toEqual({ ok: true, id: "x", time: 1, duplicate: false, delivered: true });
    socket.say(ephemeral("direct"));
    expect(told()).toEqual(["direct"]);
  });

  test("S6 a refusal that may be repeated holds its room back, and no other", () => {
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

describe("C-HANDLERS handlers", () => {
  test("B5 by name and for any; in order; the position counts when they have returned", () => {
    const { room, socket } = inRoom();
    const order: string[] = [];
    room.on("message", ({ offset }) => order.push(`on ${offset} at ${room.position?.offset}`));
    room.on("other", () => order.push("never"));
    room.onAny(({ offset }) => order.push(`any ${offset} at ${room.position?.offset}`));
    socket.say(event(1), event(2, { event: "edit" }));
    expect(order).toEqual(["on 1 at 0", "any 1 at 0", "any 2 at 1"]);
    expect(room.position).toEqual(at(2));
  });

  test("one that throws or rejects is reported; order, position and the others do not suffer", async () => {
    const { world, room, socket, told } = inRoom();
    room.on("message", () => {
      throw new Error("thrown");
    });
    const rejecting = (): unknown => Promise.reject(new Error("rejected"));
    room.on("message", rejecting);
    room.onGap(() => {
      throw new Error("gap");
    });
    socket.say(event(1), event(2));
    await turns();
    expect(told()).toEqual(["1", "2"]);
    expect(world.errors.map(String).sort()).toEqual([
      "Error: rejected",
      "Error: rejected",
      "Error: thrown",
      "Error: thrown",
    ]);
    expect(world.client.status.state).toBe("connected");
  });

  test("one may leave, disconnect, or unsubscribe another in the middle of a page", () => {
    const { world, client, room, told } = inRoom();
    const off = room.on("message", () => told());
    room.on("message", ({ offset }) => {
      if (offset === 2) client.disconnect();
      off();
    });
    world.socket.say(event(1), event(2), event(3));
    expect(room.position).toEqual(at(2));
    client.connect();
    world.greet({ resumed: true }, ({ room: name, since }) => {
      expect(since).toEqual(at(2));
      return joined(name, { position: at(4), recovered: true, events: events(3, 4) });
    });
    expect(room.position).toEqual(at(4));
    room.on("message", () => room.leave());
    world.socket.say(event(5), event(6));
    expect(told()).toEqual(["1", "2", "3r", "4r", "joined 2", "5"]);
  });

  test("one that is added meanwhile hears the next event", () => {
    const { room, socket } = inRoom();
    const heard: (number | undefined)[] = [];
    let added = false;
    room.on("message", () => {
      if (!added) room.on("message", ({ offset }) => heard.push(offset));
      added = true;
    });
    socket.say(event(1), event(2));
    expect(heard).toEqual([2]);
  });

  test("is narrows by name", () => {
    const { room } = inRoom();
    const told = {
      room: "general",
      event: "message",
      data: 1,
      id: "x",
      from: event(1).from,
      time: 1,
      replayed: false,
    };
    expect([room.is(told, "message"), room.is(told, "edit")]).toEqual([true, false]);
  });
});

describe("C2 who is there", () => {
  test("A5 a list on joining, then joins, updates and leaves with their reasons", () => {
    const { room, socket } = inRoom();
    const changes: PresenceChange[] = [];
    room.onPresence((change) => changes.push(change));
    const tell = (fields: object): void =>
      socket.say({ type: "presence", room: "general", count: 9, ...fields });
    tell({ members: [member("me"), member("b")] });
    tell({ joined: [member("c"), member("b")], updated: [member("me", { here: true })] });
    tell({
      left: [
        { clientId: "b", reason: "timeout" },
        { clientId: "never-seen", reason: "left" },
      ],
      count: 2,
    });
    expect(changes).toEqual([
      { joined: [], updated: [], left: [], count: 9, snapshot: true },
      { joined: [member("c")], updated: [member("me", { here: true })], left: [], count: 9, snapshot: false },
      {
        joined: [],
        updated: [],
        left: [{ member: member("b"), reason: "timeout" }],
        count: 2,
        snapshot: false,
      },
    ]);
    expect(room.members).toEqual([member("me", { here: true }), member("c")]);
    expect(room.count).toBe(2);
    expect(room.members).toBe(room.members);
  });

  test("B12 one's own state: told at once, again with every join, and once more when it changed on the way", async () => {
    const { world, room, socket } = inRoom({ state: { mood: 1 } });
    expect(socket.last("hello").join).toMatchObject([{ state: { mood: 1 } }]);
    const done = room.setState({ mood: 2 });
    const { id, state } = socket.last("presence");
    expect(state).toEqual({ mood: 2 });
    socket.say({ type: "ack", id: id!, time: 1 });
    expect(await done).toEqual({ ok: true, value: undefined });
    socket.end();
    world.returnToNetwork().open();
    expect(world.socket.last("hello").join).toMatchObject([{ state: { mood: 2 } }]);
    expect(await room.setState({ mood: 3 })).toMatchObject({ ok: true });
    world.greet();
    expect(world.socket.last("presence")).toMatchObject({ state: { mood: 3 } });
    expect(await room.setState({ text: "x".repeat(MAX_MESSAGE_BYTES) })).toMatchObject({ ok: false });
  });
});

describe("C8 history", () => {
  test("a page, read-only", async () => {
    const { room, socket, told } = inRoom({}, 9);
    const asked = room.history({ before: 5, limit: 2 });
    const { id, ...query } = socket.last("history");
    expect(query).toEqual({ type: "history", room: "general", before: 5, limit: 2 });
    socket.say(page(id, { events: events(3, 4), position: at(9), more: true }));
    const answer = await asked;
    expect(answer).toMatchObject({ ok: true, value: { position: at(9), more: true } });
    expect(answer.ok && answer.value.events[0]).toEqual(shownOf(event(3)));
    expect(told()).toEqual([]);
    expect(room.position).toEqual(at(9));
  });

  test("B14 refused, cut off, or never answered, it is a value", async () => {
    const { world, room, socket } = inRoom();
    const first = room.history();
    socket.say(refused({ id: socket.last("history").id, code: "overloaded", retryAfterMs: 5 }));
    expect(await first).toMatchObject({
      ok: false,
      error: { code: "overloaded", retry: "same_id", retryAfterMs: 5 },
    });
    const second = room.history();
    world.clock.pass(REQUEST_TIMEOUT_MS);
    expect(await second).toMatchObject({ ok: false, error: { code: "timeout" } });
    const third = room.history();
    socket.end();
    expect(await third).toMatchObject({ ok: false, error: { code: "not_connected" } });
    expect(await room.history()).toMatchObject({ ok: false, error: { code: "not_connected" } });
  });
});

const shownOf = ({ type: _, ...rest }: EventMessage) => ({ ...rest, epoch: "e1", replayed: true });
