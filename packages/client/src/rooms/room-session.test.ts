/** Coming into a room and out of it, as an application sees it, and what its client says to the server about it. */
import { MAX_MESSAGE_BYTES } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { RETRY_MS } from "../publishing/outbox.ts";
import { REQUEST_TIMEOUT_MS } from "../requests.ts";
import { inRoom } from "../testing/in-room.ts";
import { ack, at, event, events, joined, page, refused } from "../testing/messages.ts";
import { settled, World } from "../testing/world.ts";
import type { JoinedRoom, RoomGap } from "./room.ts";

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

  test("P-FRAME-11 a refusal of a later server counts by its retry, and a retry that nobody knows as no", async () => {
    const later = { code: "moon_phase" as "quota", retry: "other_node" as "no" };
    const { world, client, room, socket } = inRoom();
    const refusedPublish = room.publish("message", "x", { id: "x" });
    socket.say(refused({ id: "x", room: "general", ...later }));
    expect(await refusedPublish).toMatchObject({ ok: false, code: "moon_phase" });
    const elsewhere = client.room("elsewhere");
    socket.say(refused({ id: socket.last("join").id, room: "elsewhere", ...later }));
    expect(elsewhere.status).toMatchObject({ state: "refused", error: { code: "moon_phase" } });
    socket.say(refused(later));
    expect(world.errors, "it answers nothing that was asked").toHaveLength(1);
    void room.publish("message", "y", { id: "y" });
    socket.say(refused({ id: "y", room: "general", code: later.code, retry: "same_id", retryAfterMs: 5 }));
    world.clock.pass(5);
    expect(socket.all("publish").map(({ id }) => id)).toEqual(["x", "y", "y"]);
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
  test("P-LEAVE-1 C2 tells the server; acks of what was sent still count; what comes after is not handed out", async () => {
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
    for (const asked of [room.history(), room.setState({ away: true })])
      expect(await asked).toMatchObject({ ok: false, error: { code: "not_joined" } });
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

  test("P-LEAVE-3 A5 C2 taken out by the server: kicked, and it does not come back by itself", async () => {
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
    const late = await room.publish("message", "y");
    expect(late.ok ? "" : late.message, "the way back is named").toContain("client.room(name)");
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
