/** The client and its connection, as an application sees them. */
import { MAX_HELLO_BYTES } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import type { Attempt } from "./connection/status.ts";
import { ABANDONED, OPEN_TIMEOUT_MS, STABLE_MS } from "./connection/transitions.ts";
import { answered, connected } from "./testing/connected.ts";
import { MemoryStorage } from "./testing/memory-storage.ts";
import { ack, at, event, joined, page, refused, welcome } from "./testing/messages.ts";
import { turns, World } from "./testing/world.ts";

describe("connecting", () => {
  test("A3 A6 the welcome tells who one is", () => {
    const { client } = connected({ name: "Ada", token: "secret" });
    expect(client).toMatchObject({ clientId: "me", user: "guest:me", server: { name: "fake" } });
  });

  test("hello brings name, token, and the rooms that are wanted; none means none", () => {
    const { world } = connected({ name: "Ada", token: "secret" });
    expect(world.socket.url).toBe("ws://test/v1/ws");
    expect(world.socket.sent[0]).toEqual({
      type: "hello",
      protocol: 1,
      token: "secret",
      name: "Ada",
      join: [],
    });
  });

  test("A12 A15 every attempt is known as opened or failed, and the status says how it stands", () => {
    const world = new World();
    const attempts: Attempt[] = [];
    const states: string[] = [world.client.status.state];
    world.client.onAttempt((attempt) => attempts.push(attempt));
    world.client.onStatus(({ state }) => states.push(state));
    world.socket.end(1006);
    world.returnToNetwork().open();
    world.socket.end(4408, "no hello");
    world.returnToNetwork();
    world.greet();
    expect(attempts).toEqual([
      {
        attempt: 1,
        outcome: "failed",
        reason: { cause: "closed", code: 1006, message: "the connection was lost" },
      },
      { attempt: 2, outcome: "failed", reason: { cause: "closed", code: 4408, message: "no hello" } },
      { attempt: 3, outcome: "opened" },
    ]);
    expect(states[0]).toBe("connecting");
    expect(states.at(-1)).toBe("connected");
    expect(new Set(states.slice(1, -1))).toEqual(new Set(["reconnecting"]));
  });

  test.each([
    ["a socket that never opens", (_: World) => {}],
    ["a server that never says welcome", (world: World) => world.socket.open()],
  ])("A14 %s is given up in time", (_, begin) => {
    const world = new World();
    begin(world);
    world.clock.pass(OPEN_TIMEOUT_MS);
    expect(world.client.status).toMatchObject({
      state: "reconnecting",
      attempt: 2,
      reason: { cause: "timeout" },
    });
    expect(world.socket.ended).toMatchObject({ by: "client", code: ABANDONED });
  });

  test("C-JITTER the status tells when the next attempt comes, and it comes then", () => {
    const { world, client } = connected();
    world.clock.pass(STABLE_MS);
    world.chance = 0.999;
    world.socket.end(1006);
    const { status } = client;
    expect(status).toMatchObject({ state: "reconnecting", attempt: 1, retryAt: world.clock.now() + 499 });
    world.clock.pass(498);
    expect(world.network.sockets).toHaveLength(1);
    world.clock.pass(1);
    expect(world.network.sockets).toHaveLength(2);
    expect(client.status).toMatchObject({ state: "reconnecting", attempt: 1, retryAt: null });
  });

  test("a URL, a name or a token that cannot be one is a bug, found at once", () => {
    expect(() => new World({ name: "x".repeat(65) })).toThrow(TypeError);
    expect(() => new World({ token: "x".repeat(9000) })).toThrow(TypeError);
    expect(() => new World({ token: "" })).toThrow(TypeError);
  });
});

describe("resuming", () => {
  test("A14 a lost connection comes back with the resume token of the last welcome", () => {
    const { world, client } = connected();
    world.socket.end(1006);
    world.returnToNetwork();
    world.greet({ resumed: true, resume: "resume-2" });
    expect(world.socket.last("hello")).toMatchObject({ resume: "resume-1" });
    expect(client.clientId).toBe("me");
    world.socket.end(1012);
    world.returnToNetwork().open();
    expect(world.socket.last("hello")).toMatchObject({ resume: "resume-2" });
  });

  test("A14 a server that does not know the session gives a new one, and rooms go on from where they were", () => {
    const { world, client } = connected();
    const heard: (number | undefined)[] = [];
    client.room("general").on("message", ({ offset }) => heard.push(offset));
    world.socket.say(
      joined("general", { id: world.socket.last("join").id, position: at(2), events: [event(1), event(2)] }),
    );
    world.socket.end(1006);
    world.returnToNetwork();
    world.greet({ resumed: false, clientId: "new", user: "guest:new" }, ({ room }) =>
      joined(room, { position: at(3), recovered: true, events: [event(3)] }),
    );
    expect(world.socket.last("hello").join).toEqual([{ room: "general", since: at(2) }]);
    expect(client).toMatchObject({ clientId: "new", user: "guest:new" });
    expect(heard).toEqual([1, 2, 3]);
  });

  test("4413 a slow consumer resumes what it has handled", () => {
    const { world, client } = connected();
    const room = client.room("general");
    world.socket.say(answered(world, { position: at(5) }), event(6));
    world.socket.end(4413, "slow");
    expect(client.status).toMatchObject({ state: "reconnecting", reason: { code: 4413 } });
    world.returnToNetwork();
    world.greet({ resumed: true });
    expect(world.socket.last("hello").join).toEqual([{ room: "general", since: at(6) }]);
    expect(room.status).toEqual({ state: "joined" });
  });

  test("C-HELLO a hello holds as many rooms as the server takes, the others follow by join", () => {
    const { world, client } = connected();
    const names = Array.from({ length: 300 }, (_, index) => `room-${index}-${"x".repeat(100)}`);
    for (const name of names) client.room(name);
    expect(world.socket.all("join")).toHaveLength(300);
    world.socket.end();
    world.returnToNetwork();
    world.greet({ resumed: true });
    const hello = world.socket.last("hello");
    expect(JSON.stringify(hello).length).toBeLessThanOrEqual(MAX_HELLO_BYTES);
    expect([...(hello.join ?? []), ...world.socket.all("join")].map(({ room }) => room)).toEqual(names);
  });

  test("a room that is wanted while hello is on its way is joined after the welcome", () => {
    const world = new World();
    world.socket.open();
    const room = world.client.room("late");
    world.socket.say(welcome());
    expect(world.socket.last("join")).toMatchObject({ room: "late" });
    world.socket.say(joined("late", { id: world.socket.last("join").id }));
    expect(room.status).toEqual({ state: "joined" });
  });
});

describe("C-SAME-AGAIN the next life of the program comes back as this one", () => {
  test("by the token of the last welcome, which the first hello of the next brings", async () => {
    const storage = new MemoryStorage();
    const first = new World({ storage });
    expect(first.client.status.state).toBe("connecting");
    await turns();
    first.greet({ resume: "resume-1" });
    first.socket.end(1006);
    first.returnToNetwork();
    first.greet({ resumed: true, resume: "resume-2" });
    const next = new World({ storage, token: "secret" });
    await turns();
    next.socket.end(1006);
    next.returnToNetwork();
    next.greet({ resumed: true, resume: "resume-3" });
    expect(next.socket.last("hello")).toMatchObject({ resume: "resume-2", token: "secret" });
    expect(storage.resume).toBe("resume-3");
  });

  test.each([
    { code: 4506, kept: undefined },
    { code: 4509, kept: undefined },
    { code: 4501, kept: "resume-1" },
  ])("after $code it is left $kept", async ({ code, kept }) => {
    const storage = new MemoryStorage();
    const world = new World({ storage });
    await turns();
    world.greet({ resume: "resume-1" });
    world.socket.end(code);
    expect(storage.resume).toBe(kept);
  });

  test("disconnected before it is loaded, it stays so", async () => {
    const world = new World({ storage: new MemoryStorage() });
    world.client.disconnect();
    await turns();
    expect(world.client.status.state).toBe("disconnected");
    expect(world.network.sockets).toEqual([]);
  });
});

describe("an end that is final", () => {
  test.each([
    [4501, "unauthorised"],
    [4503, "forbidden"],
    [4505, "protocol not supported"],
    [4506, "kicked"],
    [4509, "superseded"],
  ])("A11 C-FINAL %i %s: no attempt follows, until the application connects again", (code, reason) => {
    const { world, client, statuses } = connected();
    world.socket.end(code, reason);
    expect(statuses).toEqual([
      { state: "disconnected", final: true, reason: { cause: "closed", code, message: reason } },
    ]);
    world.wake();
    client.retryNow();
    world.clock.pass(3_600_000);
    expect(world.network.sockets).toHaveLength(1);
    expect([world.clock.pending, world.watchers]).toEqual([0, 0]);
    client.connect();
    world.greet();
    expect(client.status.state).toBe("connected");
    expect("resume" in world.socket.last("hello"), "kicked and superseded sessions are not").toBe(
      code < 4506,
    );
  });

  test("A11 what the server said against the hello is the reason", () => {
    const world = new World({ token: "forged" });
    world.socket.open();
    world.socket.say(refused({ code: "unauthorised", message: "the signature is wrong", retry: "no" }));
    world.socket.end(4501, "the token was refused");
    expect(world.client.status).toMatchObject({
      final: true,
      reason: { code: 4501, message: "the signature is wrong" },
    });
    expect(world.errors).toEqual([]);
  });

  test("A13 disconnect closes with 1000, and stays; connect comes back to the same rooms and resumes", () => {
    const { world, client, statuses } = connected();
    client.room("general");
    world.socket.say(answered(world, { position: at(5) }));
    const first = world.socket;
    client.disconnect();
    expect(first.ended).toMatchObject({ by: "client", code: 1000 });
    expect(statuses).toEqual([
      { state: "disconnected", final: false, reason: expect.objectContaining({ cause: "requested" }) },
    ]);
    expect([world.clock.pending, world.watchers]).toEqual([0, 0]);
    client.connect();
    expect(client.status).toEqual({ state: "connecting" });
    world.greet({ resumed: true });
    expect(world.socket.last("hello")).toMatchObject({
      resume: "resume-1",
      join: [{ room: "general", since: at(5) }],
    });
  });

  test("A13 disconnect while waiting or opening leaves nothing behind", () => {
    const { world, client } = connected();
    world.socket.end();
    client.disconnect();
    expect([world.clock.pending, world.watchers]).toEqual([0, 0]);
    client.connect();
    client.disconnect();
    expect([world.clock.pending, world.watchers]).toEqual([0, 0]);
    expect(world.network.alive).toEqual([]);
  });
});

describe("what a server may say", () => {
  test("C-TOLERANT unknown types and fields are ignored; broken ones are reported, and the connection lives", () => {
    const { world, client } = connected();
    world.socket.sayText('{"type":"tomorrow","x":1}');
    world.socket.sayText(JSON.stringify({ ...welcome(), more: true }));
    expect(world.errors).toEqual([]);
    world.socket.sayText("not JSON");
    world.socket.sayText('{"type":"joined"}');
    world.socket.say(refused({ code: "bad_message", message: "what?", retry: "no" }));
    expect(world.errors.map(String)).toEqual([
      "Error: the frame is not JSON",
      expect.stringContaining("joined"),
      "Error: bad_message: what?",
    ]);
    expect(client.status.state).toBe("connected");
  });

  test("answers to nobody are ignored", () => {
    const { world } = connected();
    world.socket.say(ack("nobody", 1), page("nobody"), refused({ id: "nobody" }), event(1));
    world.socket.say({ type: "left", room: "nowhere", reason: "kicked" });
    // Kicked out while the join of its hello was under way.
    world.socket.say(refused({ room: "nowhere", code: "forbidden", retry: "no" }));
    // A ping, for which there was no credit.
    world.socket.say(refused({ code: "overloaded", retryAfterMs: 100 }));
    world.socket.say({ type: "presence", room: "nowhere", count: 1 });
    expect(world.errors).toEqual([]);
  });

  test("C-HANDLERS a listener that throws is reported, and the others hear all the same", () => {
    const { world, client } = connected();
    const heard: string[] = [];
    client.onStatus(() => {
      throw new Error("mine");
    });
    client.onStatus(({ state }) => heard.push(state));
    world.socket.end();
    expect(heard).toEqual(["reconnecting"]);
    expect(world.errors.map(String)).toEqual(["Error: mine"]);
  });

  test("a listener may disconnect, connect and leave as it likes", () => {
    const { world, client, statuses } = connected();
    const off = client.onStatus(({ state }) => {
      if (state === "reconnecting") client.disconnect();
      if (state === "disconnected") client.connect();
    });
    world.socket.end();
    off();
    off();
    expect(statuses.map(({ state }) => state)).toEqual(["reconnecting", "disconnected", "connecting"]);
    expect(world.network.alive).toHaveLength(1);
  });
});
