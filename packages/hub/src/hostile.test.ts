import { describe, expect, test } from "vitest";

import { only, stage, typesOf, valueOf } from "../test/stage.ts";
import { MemorySessions } from "./memory/memory-sessions.ts";
import { answer } from "./ports/application.ts";
import { ManualClock } from "./testing/manual-clock.ts";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];

/** What every object has; a test that finds more than this has found a hole. */
const ROOTS = [Object.prototype, Array.prototype, Map.prototype, Function.prototype];
const shapeOf = (): string => JSON.stringify(ROOTS.map((root) => Object.getOwnPropertyNames(root).sort()));

describe("hostile names, threat 11", () => {
  test.each(NAMES)(
    "R-NAMES: %s is a room, a user, an id, a name, a state's key like any other",
    async (name) => {
      const before = shapeOf();
      const s = stage({
        policy: {
          authenticate: (token) => ({ ok: true, value: { user: token ?? null } }),
          authorise: () => undefined,
        },
      });
      const ann = s.connect();
      const own = `{"type":"hello","protocol":1,"token":"${name}","name":"${name}","join":[{"room":"${name}","state":{"${name}":1}}]}`;
      ann.text(own);
      await s.pass(1000);
      expect(only(ann.take(), "joined")).toMatchObject([
        { room: name, count: 1, members: [{ user: name, name }] },
      ]);
      const ben = await s.enter([name]);
      ben.text(
        `{"type":"publish","id":"${name}","room":"${name}","event":"message","data":{"text":"x","${name}":1},"${name}":{"admin":true}}`,
      );
      await s.settle();
      expect(only(ann.take(), "event")).toMatchObject([
        { room: name, id: name, data: { text: "x" }, offset: 1 },
      ]);
      expect(typesOf(ben.take())).toEqual(expect.arrayContaining(["event", "ack"]));
      const again = `{"type":"publish","id":"${name}","room":"${name}","event":"message","data":{"text":"x"}}`;
      ben.text(again);
      await s.settle();
      expect(only(ben.take(), "ack")).toMatchObject([{ duplicate: true, position: { offset: 1 } }]);
      expect(valueOf(await s.hub.history(null, name)).events).toHaveLength(1);
      expect(s.hub.rooms()).toEqual([{ room: name, count: 2 }]);
      expect(s.hub.kick(name)).toBe(false);
      expect(s.hub.kick(ben.id, "toString")).toBe(name === "toString");
      expect(shapeOf()).toBe(before);
    },
  );

  test.each(NAMES)(
    "R-NAMES: %s as the receiver of a direct event, or as a resume token, is nobody",
    async (name) => {
      const s = stage();
      const ann = await s.enter(["r"]);
      const direct = { type: "publish", id: "1", room: "r", event: "message", data: { text: "x" }, to: name };
      expect(await ann.ask(direct)).toMatchObject([{ code: "unknown_member" }]);
      for (const resume of [name, `${name}.x`, `${name}.${name}`, `.${name}`]) {
        expect(await s.connect().hello({ resume, join: [] })).toMatchObject({ resumed: false });
      }
      expect(s.faults()).toEqual([]);
    },
  );

  test("R-NAMES: as an event, what fits the grammar is an event, and a handler of that name is called for it alone", async () => {
    const called: string[] = [];
    const handlers = Object.fromEntries(
      ["constructor", "toString"].map((name) => [name, () => (called.push(name), answer(name))]),
    );
    const s = stage({ handlers });
    const ann = await s.enter(["r"]);
    for (const event of NAMES) {
      const [got] = await ann.ask({ type: "publish", id: event, room: "r", event, data: {} });
      if (event === "__proto__") expect(got).toMatchObject({ code: "bad_event" });
      else if (event in { constructor: 1, toString: 1 } && called.includes(event))
        expect(got).toMatchObject({ answer: event });
      else expect(got).toMatchObject({ type: "event", event });
    }
    expect(called).toEqual(["constructor", "toString"]);
  });

  test("R-NAMES: a clientId of the store that looks like a prototype is found under its own name only", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    for (const name of NAMES) expect(await sessions.find(name)).toBeUndefined();
  });

  test("R-STAMP, threat 17: what a client claims to be or to have is ignored", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = await s.enter(["r"]);
    await s.pass(1000);
    ben.take();
    await ann.ask({
      ...{ type: "publish", id: "1", room: "r", event: "message", data: { text: "x" } },
      ...{
        clientId: ben.id,
        user: "root",
        from: { clientId: ben.id, user: "root" },
        time: 5,
        offset: 77,
        position: {},
      },
    });
    expect(ben.take()).toEqual([
      {
        ...{ type: "event", room: "r", event: "message", id: "1", data: { text: "x" } },
        from: { clientId: ann.id, user: `guest:${ann.id}`, name: "" },
        ...{ time: s.clock.now(), offset: 1 },
      },
    ]);
  });
});
