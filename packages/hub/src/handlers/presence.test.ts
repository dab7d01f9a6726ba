import { MAX_LISTED_MEMBERS, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { only, stage, typesOf, valueOf } from "../../test/stage.ts";
import { OPEN_DOOR } from "../ports/policy.ts";

const set = (state: object, rest: object = {}): object => ({ type: "presence", room: "r", state, ...rest });

describe("presence, over sockets", () => {
  test("P-PRES-3 C2: who comes is told to who is there, with user, name and state", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = s.connect();
    const { clientId } = await ben.hello({ name: "Ben", join: [{ room: "r", state: { mood: "ok" } }] });
    await s.pass(100);
    const member = { clientId, user: `guest:${clientId}`, name: "Ben", state: { mood: "ok" } };
    expect(ann.take()).toEqual([{ type: "presence", room: "r", count: 2, joined: [member] }]);
    expect(only(ben.take(), "joined")[0]!.members).toContainEqual(member);
  });

  test("P-PRES-1 B12: a state replaces the old one, is acked when it has an id, and shown to who joins later", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = await s.enter(["r"]);
    await s.pass(1000);
    ann.take();
    expect(await ben.ask(set({ a: 1 }))).toEqual([]);
    expect(await ben.ask(set({ b: 2 }, { id: "s" }))).toEqual([
      { type: "ack", id: "s", room: "r", time: s.clock.now() },
    ]);
    await s.pass(100);
    expect(ann.take()).toMatchObject([{ count: 2, updated: [{ clientId: ben.id, state: { b: 2 } }] }]);
    const cid = await s.connect().hello({ join: [{ room: "r" }] });
    expect(valueOf(await s.hub.members(null, "r")).map(({ clientId, state }) => [clientId, state])).toEqual([
      [ann.id, {}],
      [ben.id, { b: 2 }],
      [cid.clientId, {}],
    ]);
  });

  test("P-JOIN-7: a state comes with a join; without one it is empty, or on a second join what it was", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const stateOf = async (rest: object): Promise<unknown> => {
      const [joined] = only(await ann.ask({ type: "join", id: "j", room: "r", ...rest }), "joined");
      return joined!.members.find(({ clientId }) => clientId === ann.id)?.state;
    };
    expect(await stateOf({})).toEqual({});
    expect(await stateOf({ state: { a: 1 } })).toEqual({ a: 1 });
    expect(await stateOf({})).toEqual({ a: 1 });
    expect(await stateOf({ state: { b: 2 } })).toEqual({ b: 2 });
  });

  test("P-PRES-6: who comes back is shown who is there, and nothing of what happened to them meanwhile", async () => {
    const s = stage();
    const ann = s.connect();
    const { resume } = await ann.hello({ join: [{ room: "r" }] });
    const { position: since } = only(ann.seen(), "joined")[0]!;
    await s.pass(1000);
    await ann.end();
    const ben = await s.enter(["r"]);
    await ben.ask(set({ mood: "low" }));
    await s.pass(1000);
    await ben.ask(set({ mood: "high" }));
    await (await s.enter(["r"])).end(1000);
    await s.pass(1000);
    const again = s.connect();
    await again.hello({ resume, join: [{ room: "r", since }] });
    await s.pass(1000);
    const got = again.take();
    expect(typesOf(got)).toEqual(["welcome", "joined"]);
    expect(only(got, "joined")[0]!.members).toMatchObject([
      {},
      { clientId: ben.id, state: { mood: "high" } },
    ]);
  });

  test("R-PRESENCE-FIRST: a sender's join precedes its events, direct ones too, and others do not hurry the diff", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = s.connect();
    const { clientId } = await ben.hello({ join: [{ room: "r" }] });
    await ann.ask({ type: "publish", id: "a", room: "r", event: "message", data: { text: "a" } });
    expect(typesOf(only(ben.take(), "presence"))).toEqual([]);
    ben.say({ type: "publish", id: "b", room: "r", event: "message", data: { text: "b" } });
    await s.settle();
    expect(ann.take()).toMatchObject([
      { type: "presence", joined: [{ clientId }] },
      { type: "event", id: "b" },
    ]);
    const cid = s.connect();
    await cid.hello({ join: [{ room: "r" }] });
    await cid.ask({ type: "publish", id: "c", room: "r", event: "status", data: { text: "" }, to: ann.id });
    expect(typesOf(ann.take())).toEqual(["presence", "event"]);
    await s.pass(1000);
    expect(ann.take()).toEqual([]);
  });

  test("R-PRESENCE-GATHER, threat 21: a storm of states between events is one diff per 100 ms, not one each", async () => {
    const s = stage({ settings: { messagesPerSecond: 0 } });
    const ann = await s.enter(["r"]);
    const ben = await s.enter(["r"]);
    await s.pass(1000);
    ann.take();
    for (let n = 0; n < 500; n += 1) {
      ben.say(set({ n }));
      ben.say({ type: "publish", id: `${n}`, room: "r", event: "typing", data: { on: true } });
      await s.settle();
    }
    await s.pass(100);
    expect(only(ann.take(), "presence")).toMatchObject([{ updated: [{ state: { n: 499 } }] }]);
  });

  test("R-STATE-BOUND: a state beyond 4,096 characters is too_large, in presence, join and hello", async () => {
    const s = stage();
    const ann = await s.enter(["q"]);
    const state = { note: "x".repeat(4096) };
    expect(await ann.ask(set(state, { room: "q", id: "s" }))).toMatchObject([{ id: "s", code: "too_large" }]);
    expect(await ann.ask({ type: "join", id: "j", room: "r", state })).toMatchObject([
      { id: "j", code: "too_large" },
    ]);
    const ben = s.connect();
    await ben.hello({ join: [{ room: "r", state }] });
    expect(ben.take()).toMatchObject([
      { type: "welcome", limits: { stateLength: 4096 } },
      { code: "too_large" },
    ]);
    expect(valueOf(await s.hub.members(null, "r"))).toEqual([]);
  });

  test("R-NOT-JOINED, R-FORBIDDEN: a state in a room that one is not in, or may not have, is refused", async () => {
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: (_, { kind }) => (kind === "presence" ? refusal("forbidden") : undefined),
      },
    });
    const ann = await s.enter(["r"]);
    expect(await ann.ask(set({}, { room: "q", id: "1" }))).toMatchObject([{ id: "1", code: "not_joined" }]);
    expect(await ann.ask(set({ a: 1 }, { id: "2" }))).toMatchObject([{ id: "2", code: "forbidden" }]);
    expect(valueOf(await s.hub.members(null, "r"))).toMatchObject([{ state: {} }]);
  });

  test("P-JOIN-6 P-PRES-5 C6: 1,000 joins within one gathering cost each member one diff, and each newcomer a bounded joined", async () => {
    const s = stage({ settings: { hellosPerSecond: 0 } });
    const ann = await s.enter(["r"]);
    const crowd = Array.from({ length: 1000 }, () => s.connect());
    for (const one of crowd) one.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    await s.pass(1001);
    const told = ann.take();
    expect(told).toEqual([{ type: "presence", room: "r", count: 1001 }]);
    for (const one of crowd) {
      const got = one.take();
      expect(typesOf(got)).toEqual(["welcome", "joined", "presence"]);
      expect(only(got, "joined")[0]!.members.length).toBeLessThanOrEqual(MAX_LISTED_MEMBERS);
    }
    const late = s.connect();
    await late.hello({ join: [{ room: "r" }] });
    const [joined] = only(late.seen(), "joined");
    expect(joined).toMatchObject({ count: 1002, members: [{}] });
    const bytes = late.connection.writes.reduce((sum, frames) => sum + frames.length, 0);
    expect(bytes).toBeLessThan(2000);
  });

  test("R-PRESENCE-CROWD: when the crowd is gone, everybody gets the list again", async () => {
    const s = stage({ settings: { hellosPerSecond: 0 } });
    const ann = await s.enter(["r"]);
    const crowd = Array.from({ length: 260 }, () => s.connect());
    for (const one of crowd) one.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    await s.pass(1000);
    ann.take();
    for (const one of crowd.slice(5)) one.endNow(1000);
    await s.pass(1000);
    const [whole, ...more] = ann.take();
    expect(more).toEqual([]);
    expect(whole).toMatchObject({ type: "presence", count: 6 });
    expect((whole as { members: unknown[] }).members).toHaveLength(6);
  });
});
