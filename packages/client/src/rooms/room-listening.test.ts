/** What an application hears of a room: its handlers, its members, its history. */
import { type EventMessage, MAX_MESSAGE_BYTES } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { REQUEST_TIMEOUT_MS } from "../requests.ts";
import { inRoom, member } from "../testing/in-room.ts";
import { ack, at, event, events, joined, page, refused } from "../testing/messages.ts";
import { turns } from "../testing/world.ts";
import type { PresenceChange } from "./room.ts";

const shownOf = ({ type: _, ...rest }: EventMessage) => ({ ...rest, epoch: "e1", replayed: true });

describe("C-ENDED the end of the connection", () => {
  test.each([
    [4501, "revoked"],
    [4503, "banned"],
    [4506, "kicked"],
  ])(
    "%i: each room says so, also one that is asked for only now, and goes on at connect()",
    (code, message) => {
      const { world, client, room, socket, statuses } = inRoom();
      const ended = { state: "disconnected", final: true, reason: { cause: "closed", code, message } };
      socket.end(code, message);
      expect(statuses).toEqual([ended]);
      expect(client.room("later").status).toEqual(ended);
      client.connect();
      world.greet();
      expect(statuses.map(({ state }) => state)).toEqual(["disconnected", "joining", "joined"]);
      expect([room.status.state, client.room("general") === room]).toEqual(["joined", true]);
    },
  );

  test("an end by one's own wish is none for good; a connection that is tried again is no end", () => {
    const { world, client, room, socket } = inRoom();
    socket.end();
    expect(room.status).toEqual({ state: "joining" });
    world.returnToNetwork();
    world.greet();
    client.disconnect();
    expect(room.status).toMatchObject({ state: "disconnected", final: false });
  });

  test("a room that was left or refused before stays what it is", () => {
    const { room, socket } = inRoom();
    room.leave();
    socket.end(4506, "kicked");
    expect(room.status).toEqual({ state: "left", reason: "left" });
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
  test("P-PRES-2 P-PRES-4 A5 a list on joining, then joins, updates and leaves with their reasons", () => {
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

  test("B14 refused, cut off, never answered, or answered by something else, it is a value", async () => {
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
    const mistaken = room.history();
    socket.say(ack(socket.last("history").id, undefined));
    expect(await mistaken).toMatchObject({ ok: false, error: { code: "unknown" } });
    const third = room.history();
    socket.end();
    expect(await third).toMatchObject({ ok: false, error: { code: "not_connected" } });
    expect(await room.history()).toMatchObject({ ok: false, error: { code: "not_connected" } });
  });
});
