import { defineContract, err, ok, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { newLog, SickLog } from "../test/logs.ts";
import { only, stage, typesOf, valueOf } from "../test/stage.ts";
import { GUEST } from "./access/identity.ts";
import { Hub } from "./hub.ts";
import { MemorySessions } from "./memory/memory-sessions.ts";
import { OPEN_DOOR } from "./ports/policy.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { expectNothingLeft } from "./testing/nothing-left.ts";
import { SeededRandom } from "./testing/seeded-random.ts";

const message = { event: "message", data: { text: "hi" } };

describe("library", () => {
  test("P-PUB-11 D8: publish reaches all members as the server, is kept, and answers with the receipt of an ack", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const receipt = valueOf(await s.hub.publish({ room: "r", ...message, id: "1" }));
    const { position } = valueOf(await s.hub.history(null, "r"));
    expect(receipt).toEqual({ id: "1", room: "r", position, time: s.clock.now() });
    await s.settle();
    expect(ann.take()).toMatchObject([
      { type: "event", id: "1", offset: 1, from: { clientId: null, user: "server", name: "" } },
    ]);
    expect(valueOf(await s.hub.publish({ room: "r", ...message, id: "1" }))).toEqual({
      ...receipt,
      duplicate: true,
    });
    const other = valueOf(await s.hub.publish({ room: "r", ...message }));
    expect(other.id).toMatch(/^[\w-]{22}$/);
    await s.settle();
    expect(ann.take()).toMatchObject([{ type: "event", id: other.id, offset: 2 }]);
  });

  test("R-COMMIT-FIRST: its receipt too comes after the commit", async () => {
    const s = stage();
    s.log.holdAppends();
    let settled = false;
    const publishing = s.hub.publish({ room: "r", ...message }).then(() => (settled = true));
    await s.settle();
    expect(settled).toBe(false);
    s.log.commit();
    await publishing;
  });

  test("R-LIBRARY: `to` goes to that member alone, also by submit, and ephemeral events to who is there", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = await s.enter(["r"]);
    await s.pass(1000);
    ben.take();
    ann.take();
    const direct = { room: "r", ...message, to: ann.id };
    const time = s.clock.now();
    expect(await s.hub.publish({ ...direct, id: "1" })).toEqual(
      ok({ id: "1", room: "r", time, delivered: true }),
    );
    expect(await s.hub.submit({ ...direct, id: "2", identity: GUEST })).toEqual(
      ok({ id: "2", room: "r", time, delivered: true }),
    );
    expect(await s.hub.publish({ ...direct, to: "nobody" })).toEqual(err(refusal("unknown_member")));
    const typing = { room: "r", event: "typing", data: { on: true }, id: "3" };
    expect(await s.hub.publish(typing)).toEqual(ok({ id: "3", room: "r", time }));
    await s.settle();
    expect(only(ann.take(), "event").map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(only(ben.take(), "event").map(({ id }) => id)).toEqual(["3"]);
    expect(valueOf(await s.hub.history(null, "r")).events).toEqual([]);
  });

  test("R-LIBRARY: names outside the grammar, data that nobody can print and a contract broken are values, not throws", async () => {
    const s = stage({
      contract: defineContract({
        events: {
          message: {
            data: { "~standard": { version: 1, vendor: "t", validate: (value: unknown) => ({ value }) } },
          },
        },
      }),
    });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const cases = [
      [{ room: 'r","x":"', event: "message", data: 1 }, "bad_room"],
      [{ room: "r".repeat(129), event: "message", data: 1 }, "bad_room"],
      [{ room: "r", event: "Message", data: 1 }, "bad_event"],
      [{ room: "r", event: "other", data: 1 }, "bad_event"],
      [{ room: "r", event: "ack", data: 1 }, "reserved_event"],
      [{ room: "r", event: "message", data: circular }, "invalid_data"],
      [{ room: "r", event: "message", data: 1, id: "x".repeat(65) }, "bad_message"],
      [{ room: "r", event: "message", data: 1, id: "\ud800" }, "bad_message"],
      [{ room: "r", event: "message", data: 1n }, "internal"],
    ] as const;
    for (const [publication, code] of cases) {
      expect(await s.hub.publish(publication)).toMatchObject({ ok: false, error: { code } });
      expect(await s.hub.submit({ ...publication, identity: GUEST })).toMatchObject({
        ok: false,
        error: { code },
      });
    }
    expect(
      await s.hub.submit({ room: "r", event: "message", data: 1, identity: GUEST, name: "x".repeat(65) }),
    ).toMatchObject({
      error: { code: "bad_message" },
    });
  });

  test("R-SUBMIT: a token that has expired by the time that its publish is whole publishes nothing", async () => {
    const s = stage();
    const identity = { ...GUEST, user: "ada", expiresAt: s.clock.now() + 1000 };
    const submit = (id: string): Promise<unknown> => s.hub.submit({ room: "r", ...message, id, identity });
    expect(await submit("1")).toMatchObject({ ok: true });
    await s.pass(999);
    expect(await submit("2")).toMatchObject({ ok: true });
    await s.pass(1);
    expect(await submit("3")).toEqual(err(refusal("unauthorised", "the token has expired")));
    expect(valueOf(await s.hub.history(null, "r")).events.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("R-SUBMIT: somebody without a socket is stamped by what the server knows; guests share one scope of ids", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const submit = async (
      identity: { user: string | null; name?: string },
      id: string,
      name?: string,
    ): Promise<unknown> =>
      valueOf(
        await s.hub.submit({ room: "r", ...message, id, identity, ...(name !== undefined && { name }) }),
      );
    await submit({ user: "bob", name: "Bob" }, "1", "Mallory");
    await submit(GUEST, "1", "Guest");
    expect(await submit(GUEST, "1", "Other")).toMatchObject({ duplicate: true });
    await s.settle();
    expect(only(ann.take(), "event").map(({ from }) => from)).toEqual([
      { clientId: null, user: "bob", name: "Bob" },
      { clientId: null, user: "guest", name: "Guest" },
    ]);
  });

  test("R-SUBMIT: is under the policy, where publish by the application is not", async () => {
    const s = stage({ policy: { ...OPEN_DOOR, authorise: () => refusal("forbidden") } });
    expect(await s.hub.submit({ room: "r", ...message, identity: GUEST })).toEqual(err(refusal("forbidden")));
    expect(await s.hub.publish({ room: "r", ...message })).toMatchObject({ ok: true });
    expect(await s.hub.history(GUEST, "r")).toEqual(err(refusal("forbidden")));
    expect(await s.hub.members(GUEST, "r")).toEqual(err(refusal("forbidden")));
    expect(await s.hub.history(null, "r")).toMatchObject({ ok: true });
    expect(await s.hub.members(null, "r")).toEqual(ok([]));
    expect(await s.hub.history(null, "no room")).toEqual(err(refusal("bad_room")));
  });

  test("T26: of many rooms in use a thousand are looked at in a turn, and all are found", async () => {
    const s = stage();
    for (let n = 0; n < 25; n += 1) await s.enter(Array.from({ length: 100 }, (_, m) => `r${n}-${m}`));
    let turns = 0;
    const { clock } = s;
    const afterTurn = clock.afterTurn.bind(clock);
    clock.afterTurn = (run) => {
      turns += 1;
      afterTurn(run);
    };
    const found = s.hub.roomsFor(GUEST);
    await s.settle();
    expect(valueOf(await found)).toHaveLength(2_500);
    expect(turns).toBe(2);
  });

  test("R-LIBRARY: members and rooms are those of now; a room that somebody only enters is not in use yet", async () => {
    const s = stage();
    const ann = await s.enter(["a", "b"], { name: "Ann" });
    await s.enter(["a"]);
    expect(s.hub.rooms()).toEqual([
      { room: "a", count: 2 },
      { room: "b", count: 1 },
    ]);
    expect(valueOf(await s.hub.members(null, "b"))).toEqual([
      { clientId: ann.id, user: `guest:${ann.id}`, name: "Ann", state: {} },
    ]);
    s.log.holdReads();
    ann.say({ type: "join", id: "j", room: "c" });
    await s.settle();
    expect(s.hub.rooms().map(({ room }) => room)).toEqual(["a", "b"]);
    s.log.deliverReads();
    await s.settle();
    await ann.end(1000);
    expect(s.hub.rooms()).toEqual([{ room: "a", count: 1 }]);
  });

  test("R-FAULT: a log or a policy that throws is a value to the application as well", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    log.throws = true;
    expect(await s.hub.history(null, "r")).toEqual(err(refusal("internal")));
    expect(await s.hub.publish({ room: "r", ...message })).toEqual(err(refusal("internal")));
    expect(s.faults()).toHaveLength(2);
  });

  test("R-FAULT: a format that throws harms neither the log's other settlements nor the members of other formats", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const bad = s.connect({
      name: "bad",
      encode: (each) => {
        if (each.type === "event") throw new Error("cannot");
        return new Uint8Array();
      },
      join: () => new Uint8Array(),
    });
    bad.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    await s.pass(1000);
    expect(await s.hub.publish({ room: "r", ...message })).toMatchObject({ ok: true });
    expect(s.faults()).toMatchObject([{ where: "fan-out" }]);
    await bad.end(1000);
    ann.take();
    expect(await s.hub.publish({ room: "r", ...message })).toMatchObject({ ok: true });
    await s.settle();
    expect(only(ann.take(), "event")).toMatchObject([{ offset: 2 }]);
  });
});

describe("drain", () => {
  const publish = (id: string): object => ({ type: "publish", id, room: "general", ...message });

  test("R-DRAIN: what is under way is committed and acked, then everybody is told when to come back, and closed", async () => {
    const s = stage();
    const clients = [await s.enter(), await s.enter(), await s.enter()];
    const [ann, ben] = clients as [(typeof clients)[0], (typeof clients)[0]];
    await s.pass(1000);
    for (const client of clients) client.take();
    s.log.holdAppends();
    ann.say(publish("1"));
    const drained = s.drain();
    await s.settle();
    expect(s.hub.draining).toBe(true);
    expect(ann.closed).toBeUndefined();
    ben.say(publish("2"));
    await s.settle();
    expect(ben.take()).toMatchObject([{ id: "2", code: "overloaded", retry: "same_id" }]);
    s.log.commit();
    await drained;
    expect(typesOf(ann.seen()).filter((type) => type !== "presence")).toEqual(
      expect.arrayContaining(["event", "ack", "drain"]),
    );
    const delays = clients
      .flatMap((client) => only(client.take(), "drain"))
      .map(({ reconnectAfterMs }) => reconnectAfterMs);
    expect(delays).toHaveLength(3);
    expect(new Set(delays).size).toBe(3);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(2000);
    for (const client of clients) expect(client.connection.closed).toEqual({ name: "restart", code: 1012 });
    expectNothingLeft(s.hub, s.clock);
  });

  test("R-DRAIN: takes nobody new, closes who has not said hello without a word, and is one however often called", async () => {
    const s = stage();
    const stranger = s.connect();
    const [first, second] = [s.hub.drain(), s.hub.drain()];
    expect(second).toBe(first);
    await s.settle();
    await first;
    expect(stranger.connection.closed?.code).toBe(1012);
    expect(stranger.take()).toEqual([]);
    const late = s.connect();
    expect(late.connection.closed?.code).toBe(1012);
    late.say({ type: "hello", protocol: 1 });
    await s.settle();
    expect(late.take()).toEqual([]);
    expect(await s.hub.publish({ room: "r", ...message })).toMatchObject({ error: { code: "overloaded" } });
    expect(await s.hub.submit({ room: "r", ...message, identity: GUEST })).toMatchObject({
      error: { code: "overloaded", retryAfterMs: 2000 },
    });
    expectNothingLeft(s.hub, s.clock);
  });

  test("R-DRAIN: closes in slices of 100 a turn", async () => {
    const s = stage({ settings: { hellosPerSecond: 0 } });
    for (let n = 0; n < 250; n += 1) s.connect().say({ type: "hello", protocol: 1, join: [] });
    await s.settle();
    const left: number[] = [];
    const drained = s.hub.drain();
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      left.push(s.hub.counts().connections);
      s.clock.endTurn();
    }
    await drained;
    expect(left).toEqual([150, 50, 0]);
  });

  test("R-DRAIN, R-RESUME-STORE: sessions come back on the server that follows, in the rooms where they were", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const s = stage({ clock, sessions });
    const client = s.connect();
    const { clientId, resume } = await client.hello({ join: [{ room: "a" }, { room: "b" }] });
    await s.drain();
    const next = stage({ clock, sessions, seed: 2 });
    const again = next.connect();
    expect(await again.hello({ resume })).toMatchObject({ clientId, resumed: true });
    expect(again.took("joined").map(({ room }) => room)).toEqual(["a", "b"]);
  });
});

describe("life", () => {
  test("A9: the registry grows on connect and shrinks on end, however the end comes", async () => {
    const s = stage();
    for (const code of [1000, 1001, 1005, 1006, 1009]) {
      const client = await s.enter(["r"]);
      expect(s.hub.counts()).toEqual({ connections: 1, sessions: 1, rooms: 1 });
      await client.end(code);
      expect(s.hub.counts().connections).toBe(0);
      await s.pass(15_000);
      expectNothingLeft(s.hub, s.clock);
    }
    const silent = s.connect();
    await s.pass(10_000);
    expect(silent.closed).toBe("helloTimeout");
    await s.pass(15_000);
    expectNothingLeft(s.hub, s.clock);
  });

  test("A17: a hub with nobody in it has no timers and holds nothing", () => {
    const clock = new ManualClock();
    const hub = new Hub({
      log: newLog(),
      sessions: new MemorySessions(clock),
      clock,
      random: new SeededRandom(1),
    });
    expectNothingLeft(hub, clock);
    expect(hub.rooms()).toEqual([]);
    expect(hub.kick("nobody")).toBe(false);
  });

  test("the leak check itself finds a connection, a session and a timer that are left", async () => {
    const s = stage();
    const client = await s.enter();
    expect(() => {
      expectNothingLeft(s.hub, s.clock);
    }).toThrow('"connections":1,"sessions":1,"rooms":1,"timers":0');
    await client.end();
    expect(() => {
      expectNothingLeft(s.hub, s.clock);
    }).toThrow('"connections":0,"sessions":1,"rooms":1,"timers":1');
  });
});
