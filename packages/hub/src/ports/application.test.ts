import { defineContract, err, ok, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { only, stage, typesOf, valueOf } from "../../test/stage.ts";
import { Access } from "../access/access.ts";
import { Sanctions } from "../access/sanctions.ts";
import type { Engine } from "../engine.ts";
import { MemorySanctions } from "../memory/memory-sanctions.ts";
import { admit } from "../publishing/admission.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { answer, change, type EventHandler, type IncomingEvent, instead, refuse } from "./application.ts";
import { OPEN_DOOR, type Policy } from "./policy.ts";
import { NO_TELEMETRY } from "./telemetry.ts";

const publish = (id: string, rest: object = {}): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
  ...rest,
});

const anything = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
} as const;

describe("application", () => {
  test("B10, B11: a handler sees the checked event and who sent it, and no transport", async () => {
    const seen: IncomingEvent[] = [];
    const s = stage({
      handlers: {
        message: (event) => {
          seen.push(event);
        },
      },
      policy: { ...OPEN_DOOR, authenticate: () => ok({ user: "ann", claims: { role: "admin" } }) },
    });
    const ann = await s.enter();
    await ann.ask(publish("1", { data: { text: "hi", more: 1 } }));
    await ann.ask(publish("2", { to: ann.id }));
    const from = { clientId: ann.id, user: "ann", name: "" };
    const identity = { user: "ann", claims: { role: "admin" } };
    expect(seen).toEqual([
      { room: "general", event: "message", data: { text: "hi" }, id: "1", from, identity },
      { room: "general", event: "message", data: { text: "2" }, id: "2", from, identity, to: ann.id },
    ]);
  });

  test("P-PUB-12 B10: it accepts, changes, refuses or answers, at once or later, and the publisher's order holds", async () => {
    const outcomes: Record<string, ReturnType<EventHandler>> = {
      a: undefined,
      b: change({ text: "better" }),
      c: refuse("not today"),
      d: answer({ n: 42 }),
      e: answer(),
      f: refuse("log in first", "unauthorised"),
    };
    for (const later of [false, true]) {
      const s = stage({
        handlers: { message: ({ id }) => (later ? Promise.resolve(outcomes[id]) : outcomes[id]) },
      });
      const ann = await s.enter();
      const ben = await s.enter();
      for (const id of Object.keys(outcomes)) ann.say(publish(id));
      await s.settle();
      const got = ann.take().filter(({ type }) => type !== "presence");
      expect(only(got, "event").map(({ data }) => data)).toEqual([{ text: "a" }, { text: "better" }]);
      const ack = { type: "ack", room: "general", time: s.clock.now() };
      expect(only(got, "ack").slice(-2)).toEqual([
        { ...ack, id: "d", answer: { n: 42 } },
        { ...ack, id: "e" },
      ]);
      expect(only(got, "error")).toMatchObject([
        { id: "c", code: "forbidden", message: "not today", retry: "no" },
        { id: "f", code: "unauthorised", message: "log in first", retry: "no" },
      ]);
      expect(only(ben.take(), "event").map(({ id }) => id)).toEqual(["a", "b"]);
      expect(valueOf(await s.hub.history(null, "general")).events).toHaveLength(2);
    }
  });

  test("B10, P-PUB-12: another event takes the place of this one, under its id, and repeated it is no second one", async () => {
    const contract = defineContract({
      events: { chat: { data: anything }, grpchat: { data: anything, publisher: "server" } },
    });
    for (const later of [false, true]) {
      const handler: EventHandler = ({ data, from }) => instead("grpchat", { by: from.name, said: data });
      const s = stage({
        contract,
        handlers: { chat: later ? async (event) => handler(event) : handler },
      });
      const ann = await s.enter(["general"], { name: "Ann" });
      const ben = await s.enter();
      ann.take();
      const chat = { event: "chat", data: "hi" };
      const event = {
        ...{ type: "event", event: "grpchat", id: "1", offset: 1 },
        data: { by: "Ann", said: "hi" },
        from: { clientId: ann.id },
      };
      const ack = { type: "ack", id: "1", position: { offset: 1 } };
      expect(await ann.ask(publish("1", chat))).toMatchObject([event, ack]);
      expect(ben.took("event")).toMatchObject([event]);
      expect(await ann.ask(publish("1", chat))).toMatchObject([{ ...ack, duplicate: true }]);
      expect(await ann.ask(publish("2", { ...chat, echo: false }))).toMatchObject([
        { type: "ack", id: "2", position: { offset: 2 } },
      ]);
      expect(await ann.ask(publish("3", { ...chat, to: ben.id }))).toMatchObject([
        { id: "3", delivered: true },
      ]);
      expect(ben.took("event")).toMatchObject([
        { id: "2", event: "grpchat" },
        { id: "3", event: "grpchat" },
      ]);
      expect(await ann.ask(publish("4", { event: "grpchat" }))).toMatchObject([{ code: "forbidden" }]);
      const identity = { user: null };
      const submitted = await s.hub.submit({ ...{ room: "general", ...chat, id: "5" }, identity });
      expect(valueOf(submitted)).toMatchObject({ id: "5", position: { offset: 3 } });
      await s.settle();
      expect(ben.took("event")).toMatchObject([{ id: "5", event: "grpchat" }]);
    }
  });

  test("B14: what takes its place and does not fit the contract is the application's bug, and is not published", async () => {
    for (const outcome of [instead("message", { text: "" }), instead("join", {}), instead("No name", {})]) {
      const s = stage({ handlers: { message: () => outcome } });
      const ann = await s.enter();
      expect(await ann.ask(publish("1"))).toMatchObject([{ code: "internal" }]);
      expect(s.faults()).toMatchObject([{ where: "event handler" }]);
    }
  });

  test("B14: one that throws, at once or later, refuses with internal, is reported, and bars the room", async () => {
    for (const handler of [
      () => {
        throw new Error("bug");
      },
      () => Promise.reject(new Error("bug")),
    ]) {
      let broken = true;
      const s = stage({ handlers: { message: () => (broken ? handler() : undefined) } });
      const ann = await s.enter();
      ann.say(publish("1"));
      ann.say({ type: "ping" });
      await s.settle();
      expect(ann.take().filter(({ type }) => type !== "presence")).toMatchObject([
        { type: "error", id: "1", code: "internal", retry: "same_id" },
        { type: "pong" },
      ]);
      expect(s.faults()).toHaveLength(1);
      broken = false;
      expect(await ann.ask(publish("2"))).toMatchObject([{ code: "overloaded" }]);
      expect(typesOf(await ann.ask(publish("1")))).toEqual(["event", "ack"]);
    }
  });

  test("B14: a change that does not fit the contract is the application's bug, and is not published", async () => {
    const s = stage({ handlers: { message: () => change({ text: "" }) } });
    const ann = await s.enter();
    expect(await ann.ask(publish("1"))).toMatchObject([{ code: "internal" }]);
    expect(s.faults()).toMatchObject([{ where: "event handler" }]);
    expect(valueOf(await s.hub.history(null, "general")).events).toEqual([]);
  });

  test("R-KICK: who is taken out of the room while the handler thinks is not published any more", async () => {
    let decide = (): void => undefined;
    const s = stage({
      handlers: {
        message: () =>
          new Promise(
            (resolve) =>
              (decide = () => {
                resolve(undefined);
              }),
          ),
      },
    });
    const ann = await s.enter();
    const ben = await s.enter();
    ann.say(publish("1"));
    s.hub.kick(ann.id, "general");
    decide();
    await s.settle();
    expect(only(ann.take(), "error")).toMatchObject([{ id: "1", code: "not_joined" }]);
    expect(only(ben.take(), "event")).toEqual([]);
  });

  test.each(["mute", "ban"] as const)(
    "R-ADMIT R-MUTE R-BAN: a %s that comes while the handler thinks counts, over a socket and over HTTP",
    async (act) => {
      const thinking = Promise.withResolvers<undefined>();
      const s = stage({
        handlers: { message: () => thinking.promise },
        policy: { ...OPEN_DOOR, authenticate: () => ok({ user: "mallory" }) },
      });
      const mallory = await s.enter();
      mallory.say(publish("1"));
      const submitted = s.hub.submit({
        ...{ room: "general", event: "message", data: { text: "x" }, id: "2", identity: { user: "mallory" } },
      });
      await s.settle();
      await s.hub.moderation.act({ act, user: "mallory", room: "general" });
      thinking.resolve(undefined);
      expect(await submitted).toMatchObject({ error: { code: "forbidden" } });
      await s.settle();
      expect(only(mallory.take(), "error")).toMatchObject([
        { id: "1", code: act === "ban" ? "not_joined" : "forbidden" },
      ]);
      expect(valueOf(await s.hub.history(null, "general")).events).toEqual([]);
    },
  );

  test("B10: a handler may itself publish and kick", async () => {
    const s = stage({
      handlers: {
        message: async ({ room, data, from }) => {
          if ((data as { text: string }).text === "out") s.hub.kick(from.clientId!);
          else await s.hub.publish({ room, event: "status", data: { text: "seen" } });
        },
      },
    });
    const ann = await s.enter();
    const ben = await s.enter();
    await ann.ask(publish("1"));
    expect(only(ben.take(), "event").map(({ event }) => event)).toEqual(["status", "message"]);
    await ann.ask(publish("2", { data: { text: "out" } }));
    expect(ann.connection.closed?.code).toBe(4506);
    expect(only(ben.take(), "event")).toEqual([]);
  });

  test("B11: handlers, policy and contract stand before the log for a publish over HTTP as well", async () => {
    const s = stage({
      handlers: {
        message: ({ from, identity }) => answer({ from, user: identity.user }),
        boom: () => {
          throw new Error("bug");
        },
      },
    });
    const identity = { user: "ann" };
    const submit = (event: string, data: unknown): Promise<unknown> =>
      s.hub.submit({ room: "general", event, data, id: "1", identity });
    expect(await submit("message", { text: "x" })).toEqual(
      ok({
        ...{ id: "1", room: "general", time: s.clock.now() },
        answer: { from: { clientId: null, user: "ann", name: "" }, user: "ann" },
      }),
    );
    expect(await submit("boom", {})).toEqual(err(refusal("internal")));
    expect(s.faults()).toHaveLength(1);
  });
});

describe("admission", () => {
  const contract = defineContract({
    events: {
      news: { data: anything, publisher: "server" },
      typing: { data: anything, kept: false },
      message: { data: anything },
    },
  });
  const accessBy = (policy: Policy): Access =>
    new Access(policy, new Sanctions(new MemorySanctions(), new ManualClock()));
  const engine = (rest: Partial<Engine> = {}): Parameters<typeof admit>[0] => ({
    ...{ contract, access: accessBy(OPEN_DOOR), handlers: new Map(), telemetry: NO_TELEMETRY },
    ...rest,
  });
  const from = { clientId: "c", user: "u", name: "" };
  const candidate = { room: "r", event: "message", data: { a: 1 }, id: "1", from, identity: { user: "u" } };

  test("R-ADMIT: the contract says what is kept, and what only the server may publish", async () => {
    expect(await admit(engine(), candidate)).toMatchObject({
      ok: true,
      value: { kind: "publish", kept: true },
    });
    expect(await admit(engine(), { ...candidate, event: "typing" })).toMatchObject({
      value: { kept: false },
    });
    expect(await admit(engine(), { ...candidate, event: "news" })).toMatchObject({
      error: { code: "forbidden" },
    });
    expect(await admit(engine(), { ...candidate, event: "other" })).toMatchObject({
      error: { code: "bad_event" },
    });
  });

  test("R-ADMIT: contract first, then policy, then handler: what one refuses the next does not see", async () => {
    const asked: string[] = [];
    const policy = {
      ...OPEN_DOOR,
      authorise: (_: unknown, { kind }: { kind: string }) => {
        asked.push(kind);
        return refusal("forbidden");
      },
    };
    const handlers = new Map([["message", () => void asked.push("handler")]]);
    await admit(engine({ access: accessBy(policy), handlers }), { ...candidate, event: "other" });
    expect(asked).toEqual([]);
    expect(await admit(engine({ access: accessBy(policy), handlers }), candidate)).toEqual(
      err(refusal("forbidden")),
    );
    await admit(engine({ access: accessBy(policy), handlers }), { ...candidate, to: "x" });
    expect(asked).toEqual(["publish", "direct"]);
  });

  test("R-ADMIT: without anything asynchronous it answers at once", () => {
    expect(
      admit(engine({ handlers: new Map([["message", () => undefined]]) }), candidate),
    ).not.toBeInstanceOf(Promise);
  });
});
