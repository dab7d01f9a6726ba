import { err, ok, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { only, stage, typesOf } from "../../test/stage.ts";
import { MemorySessions } from "../memory/memory-sessions.ts";
import { OPEN_DOOR, type Policy } from "../ports/policy.ts";
import { ManualClock } from "../testing/manual-clock.ts";

const HELLO = { type: "hello", protocol: 1 };

describe("hello", () => {
  test("R-WELCOME-FIRST: welcome comes first, then a joined per room in the order asked, however slow each read is", async () => {
    const s = stage();
    s.log.holdReads();
    const client = s.connect();
    client.say({ ...HELLO, join: [{ room: "c" }, { room: "a" }, { room: "b" }] });
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome"]);
    expect(s.log.reads).toBe(3);
    s.log.deliverRead(2);
    s.log.deliverRead(1);
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome"]);
    s.log.deliverRead(0);
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome", "joined", "joined", "joined"]);
    expect(only(client.take(), "joined").map(({ room }) => room)).toEqual(["c", "a", "b"]);
  });

  test("R-WELCOME-FIRST: a room that is refused keeps its place in the order", async () => {
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: (_, action) => (action.room === "b" ? refusal("forbidden") : undefined),
      },
    });
    const client = s.connect();
    await client.hello({ join: [{ room: "a" }, { room: "b" }, { room: "c" }] });
    expect(client.take().map((each) => [each.type, "room" in each && each.room])).toEqual([
      ["welcome", false],
      ["joined", "a"],
      ["error", "b"],
      ["joined", "c"],
    ]);
  });

  test("R-WELCOME-FIRST: nothing is told before it: neither a kick from a room nor a drain", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const s = stage({ clock, sessions });
    const first = s.connect();
    const { clientId, resume } = await first.hello({ join: [{ room: "a" }] });
    await first.end();
    let saved = (): void => undefined;
    const save = sessions.save.bind(sessions);
    sessions.save = async (session) => {
      await new Promise<void>((resolve) => (saved = resolve));
      return save(session);
    };
    const second = s.connect();
    second.say({ ...HELLO, resume });
    await s.settle();
    expect(s.hub.kick(clientId, "a")).toBe(true);
    void s.hub.drain();
    await Promise.resolve();
    expect(second.seen()).toEqual([]);
    saved();
    await s.settle();
    expect(second.closed).toBe("restart");
    expect(typesOf(second.take())[0]).not.toBe("left");
  });

  test("R-HELLO-WRITE: rooms are read while the session is kept, and go out with welcome in one write", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const s = stage({ clock, sessions });
    const save = sessions.save.bind(sessions);
    let saved = (): void => undefined;
    sessions.save = async (session) => {
      await new Promise<void>((resolve) => (saved = resolve));
      return save(session);
    };
    s.log.holdReads();
    const client = s.connect();
    client.say({ ...HELLO, join: [{ room: "a" }, { room: "b" }] });
    await s.settle();
    expect(s.log.reads).toBe(2);
    s.log.deliverReads();
    await s.settle();
    expect(client.seen()).toEqual([]);
    saved();
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome", "joined", "joined"]);
    expect(client.connection.writes).toHaveLength(1);
  });

  test("R-HELLO-WRITE: what had gathered goes out before the end, and nothing behind it", async () => {
    const s = stage();
    s.log.holdReads();
    const client = s.connect();
    client.say(HELLO);
    // Promises alone, and not the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.connection.writes).toEqual([]);
    client.endNow(1000);
    expect(typesOf(client.seen())).toEqual(["welcome"]);
    s.log.deliverReads();
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome"]);
  });

  test("R-HELLO-REQUIRED, C1: anything before hello is answered hello_required and never delivered", async () => {
    const s = stage();
    const member = await s.enter(["general"]);
    const stranger = s.connect();
    const requests = [
      { type: "publish", id: "p", room: "general", event: "message", data: { text: "hi" } },
      { type: "join", id: "j", room: "general" },
      { type: "history", id: "h", room: "general" },
      { type: "presence", id: "s", room: "general", state: {} },
      { type: "leave", id: "l", room: "general" },
      { type: "refresh", id: "r", token: "t" },
      { type: "ping" },
    ];
    for (const request of requests) {
      const [answer] = await stranger.ask(request);
      expect(answer).toMatchObject({ type: "error", code: "hello_required", retry: "no" });
      expect(answer).toMatchObject("id" in request ? { id: request.id } : {});
    }
    await s.pass(1000);
    expect(member.take()).toEqual([]);
    expect(s.hub.counts()).toMatchObject({ connections: 2, sessions: 1 });
    await stranger.hello();
    expect(typesOf(stranger.take())).toEqual(["welcome", "joined"]);
  });

  test("R-HELLO-REQUIRED: what is pipelined behind hello waits for it, in order", async () => {
    const s = stage();
    s.log.holdReads();
    const client = s.connect();
    client.say(HELLO);
    client.say({ type: "publish", id: "1", room: "general", event: "message", data: { text: "a" } });
    client.say({ type: "ping" });
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome"]);
    s.log.deliverReads();
    await s.settle();
    // The pong is the socket's own and need not wait for the room's turn.
    expect(only(client.seen(), "ack")).toHaveLength(1);
    expect(typesOf(client.take()).slice(0, 2)).toEqual(["welcome", "joined"]);
  });

  test("R-SECOND-HELLO: a second hello closes with 4429, also one that is pipelined behind the first", async () => {
    const s = stage();
    const client = await s.enter();
    client.say(HELLO);
    expect(client.connection.closed).toEqual({ name: "tooMany", code: 4429 });
    const other = s.connect();
    other.say(HELLO);
    other.say(HELLO);
    await s.settle();
    expect(other.connection.closed?.code).toBe(4429);
    expect(typesOf(other.take())).toEqual(["welcome", "joined"]);
  });

  test("R-HELLO-TIMEOUT: who says nothing for 10 s is closed with 4408, and no later", async () => {
    const s = stage();
    const client = s.connect();
    s.clock.advance(9_999);
    expect(client.closed).toBeUndefined();
    s.clock.advance(1);
    expect(client.connection.closed).toEqual({ name: "helloTimeout", code: 4408 });
    const polite = await s.enter();
    await s.pass(60_000);
    expect(polite.closed).toBeUndefined();
  });

  test("R-PROTOCOL: another version is refused and closed with 4505", async () => {
    const s = stage();
    for (const protocol of [2, 0, 1.5]) {
      const client = s.connect();
      client.say({ type: "hello", protocol });
      await s.settle();
      expect(client.take()).toMatchObject([{ type: "error", code: "protocol_unsupported" }]);
      expect(client.connection.closed?.code).toBe(4505);
    }
    expect(s.hub.counts().sessions).toBe(0);
  });

  test("R-AUTHENTICATE, D10: a token that is refused is told why and closed with 4501, before any session is made", async () => {
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authenticate: async (token) =>
          token === "good" ? ok({ user: "ann", name: "Ann" }) : err(refusal("unauthorised")),
      },
    });
    const bad = s.connect();
    bad.say({ ...HELLO, token: "bad" });
    await s.settle();
    expect(bad.take()).toMatchObject([{ type: "error", code: "unauthorised" }]);
    expect(bad.connection.closed?.code).toBe(4501);
    expect(s.hub.counts().sessions).toBe(0);
    const good = s.connect();
    expect(await good.hello({ token: "good", name: "Mallory" })).toMatchObject({ user: "ann" });
    const [joined] = good.took("joined");
    expect(joined!.members).toMatchObject([{ user: "ann", name: "Ann" }]);
  });

  test("R-VOUCHED, D10: whom the adapter vouches for needs no token, and one that it brings counts more", async () => {
    const tokens: (string | undefined)[] = [];
    const authenticate: Policy["authenticate"] = (token) => {
      tokens.push(token);
      return token === "bens" ? ok({ user: "ben" }) : err(refusal("unauthorised"));
    };
    const s = stage({ policy: { ...OPEN_DOOR, authenticate } });
    const userOf = async (hello: object): Promise<string | undefined> => {
      const client = s.connect();
      client.connection.identity = { user: "ann", name: "Ann" };
      client.say({ ...HELLO, ...hello });
      await s.settle();
      return client.took("welcome")[0]?.user;
    };
    expect(await userOf({})).toBe("ann");
    expect(await userOf({ token: "bens" })).toBe("ben");
    expect(await userOf({ token: "bad" })).toBeUndefined();
    expect(tokens).toEqual(["bens", "bad"]);
  });

  test("R-AUTHENTICATE: a policy that cannot tell at present is no reason to stay away", async () => {
    const s = stage({ policy: { ...OPEN_DOOR, authenticate: () => err(refusal("internal")) } });
    const client = s.connect();
    client.say({ ...HELLO, token: "any" });
    await s.settle();
    expect(client.take()).toMatchObject([{ type: "error", code: "internal", retry: "same_id" }]);
    expect(client.connection.closed?.code).toBe(1012);
  });

  test("R-DEFAULT-ROOM, C4, C5: no `join` enters the default room, an empty one none, a room twice once", async () => {
    const s = stage({ settings: { defaultRoom: "lobby" } });
    const roomsOf = async (hello: object): Promise<string[]> => {
      const client = s.connect();
      await client.hello(hello);
      return client.took("joined").map(({ room }) => room);
    };
    expect(await roomsOf({})).toEqual(["lobby"]);
    expect(await roomsOf({ join: [] })).toEqual([]);
    expect(await roomsOf({ join: [{ room: "b" }, { room: "a" }, { room: "b" }] })).toEqual(["b", "a"]);
  });

  test("P-HELLO-6: a hello that cannot be read is refused, and the socket waits for another", async () => {
    const s = stage();
    const client = s.connect();
    for (const [broken, code] of [
      [{}, "bad_message"],
      [{ protocol: 1, name: "x".repeat(65) }, "bad_message"],
      [{ protocol: 1, join: [{ room: "no room" }] }, "bad_room"],
      [{ protocol: 1, join: [{ room: "r", state: [] }] }, "invalid_data"],
    ] as const) {
      expect(await client.ask({ type: "hello", ...broken })).toMatchObject([{ type: "error", code }]);
    }
    expect(client.closed).toBeUndefined();
    expect(typesOf(await client.ask({ ...HELLO, join: [{ room: "r" }] }))).toEqual(["welcome", "joined"]);
  });

  test("P-HELLO-7: welcome tells what an ack stands for and what is allowed, as it is set here", async () => {
    const settings = { messagesPerSecond: 7, roomsPerSession: 0, maxStateLength: 100, heartbeatMs: 9_000 };
    const s = stage({ settings });
    expect(await s.connect().hello()).toMatchObject({
      ...{ protocol: 1, resumed: false, durability: s.log.durability, heartbeatMs: 9_000 },
      limits: {
        ...{ messageBytes: 65_536, messagesPerSecond: 7, roomsPerSession: 0, stateLength: 100 },
        ...{ pageEvents: 300, pageBytes: 262_144 },
      },
    });
  });

  test("P-JOIN-1: what answers an entry of hello has no id, what answers a join has that of the join", async () => {
    const s = stage();
    const client = s.connect();
    await client.hello({ join: [{ room: "r" }] });
    const [ofHello] = client.took("joined");
    expect(ofHello).toMatchObject({ room: "r" });
    expect(ofHello).not.toHaveProperty("id");
    expect(await client.ask({ type: "join", id: "j", room: "q" })).toMatchObject([{ id: "j", room: "q" }]);
  });

  test("P-SESS-1 A3, A6: each client gets its own id, and the members see that very one", async () => {
    const s = stage();
    const welcomes = await Promise.all(Array.from({ length: 50 }, () => s.connect().hello()));
    const ids = new Set(welcomes.map(({ clientId }) => clientId));
    expect(ids.size).toBe(50);
    const last = s.connect();
    const { clientId, user } = await last.hello();
    expect(user).toBe(`guest:${clientId}`);
    const members = last.took("joined")[0]!.members.map((member) => member.clientId);
    expect(new Set(members)).toEqual(new Set([...ids, clientId]));
  });

  test("A2: a client is known as connected once, and as closed once, with who it was", async () => {
    const s = stage();
    const client = s.connect();
    const { clientId } = await client.hello({ name: "Ann" });
    client.endNow(1001);
    client.endNow(1006);
    await s.settle();
    const own = s.told.filter(({ kind }) => kind === "client_connected" || kind === "client_closed");
    expect(own).toMatchObject([
      { kind: "client_connected", resumed: false, client: { clientId, name: "Ann" } },
      { kind: "client_closed", code: 1001, by: "client", client: { clientId, name: "Ann", remote: "test" } },
    ]);
  });

  test("R-HELLO-TIMEOUT: a policy that never answers is bounded by the same 10 s", async () => {
    const s = stage({ policy: { ...OPEN_DOOR, authenticate: () => new Promise(() => undefined) } });
    const client = s.connect();
    client.say(HELLO);
    await s.pass(10_000);
    expect(client.connection.closed?.code).toBe(4408);
  });

  test("R-FAULT: a policy that throws is answered internal, and hello may be said again", async () => {
    let broken = true;
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authenticate: () => {
          if (broken) throw new Error("no key");
          return ok({ user: null });
        },
      },
    });
    const client = s.connect();
    client.say(HELLO);
    await s.settle();
    expect(client.take()).toMatchObject([{ type: "error", code: "internal", retry: "same_id" }]);
    expect(s.faults()).toHaveLength(1);
    broken = false;
    await client.hello();
    expect(typesOf(client.take())).toEqual(["welcome", "joined"]);
  });

  test("R-STORE-REFUSES: a session that the store refuses or throws at is welcomed all the same, and reported", async () => {
    for (const save of [
      () => Promise.resolve(err(refusal("storage_full"))),
      () => Promise.reject(new Error("disk")),
    ]) {
      const clock = new ManualClock();
      const s = stage({ clock, sessions: Object.assign(new MemorySessions(clock), { save }) });
      const client = s.connect();
      const { resume, clientId } = await client.hello();
      expect(typesOf(client.take())).toEqual(["welcome", "joined"]);
      expect(s.faults()).toMatchObject([{ where: "session store" }]);
      await client.end();
      expect(await s.connect().hello({ resume })).toMatchObject({ clientId, resumed: true });
    }
  });

  test("A9: a socket that is lost during hello leaves nothing behind, wherever it stood", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const s = stage({ clock, sessions });
    const old = s.connect();
    const { resume } = await old.hello();
    await old.end(1000);
    const find = sessions.find.bind(sessions);
    let found = (): void => undefined;
    sessions.find = async (clientId) => {
      await new Promise<void>((resolve) => (found = resolve));
      return find(clientId);
    };
    const client = s.connect();
    client.say({ ...HELLO, resume });
    await s.settle();
    await client.end();
    found();
    await s.settle();
    expect(s.hub.counts()).toEqual({ connections: 0, sessions: 0, rooms: 0 });
  });
});
