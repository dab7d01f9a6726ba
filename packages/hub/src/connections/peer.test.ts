import { ERROR_CODES, ok, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { type Client, only, stage, typesOf, valueOf } from "../../test/stage.ts";
import { OPEN_DOOR } from "../ports/policy.ts";

const publish = (id: string, rest: object = {}): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
  ...rest,
});
const ping = { type: "ping" };

describe("credit", () => {
  test("R-CREDIT: a burst of twice the rate is taken, then each is refused until the time that it says", async () => {
    const s = stage({ settings: { messagesPerSecond: 10 } });
    const ann = await s.enter();
    await s.pass(10_000);
    ann.take();
    for (let n = 1; n <= 22; n += 1) ann.say(publish(`${n}`));
    await s.settle();
    const got = ann.take();
    expect(only(got, "ack")).toHaveLength(20);
    expect(only(got, "error")).toMatchObject([
      { id: "21", room: "general", code: "overloaded", retry: "same_id", retryAfterMs: 100 },
      { id: "22", code: "overloaded", retryAfterMs: 100 },
    ]);
    await s.pass(99);
    expect(await ann.ask(publish("21"))).toMatchObject([{ id: "21", code: "overloaded", retryAfterMs: 1 }]);
    await s.pass(1);
    expect(typesOf(await ann.ask(publish("21")))).toEqual(["event", "ack"]);
  });

  test("R-CREDIT: is each connection's own, counts every kind of message, and 0 is no limit", async () => {
    const s = stage({ settings: { messagesPerSecond: 1 } });
    const ann = await s.enter();
    const ben = await s.enter();
    const asks = [
      ping,
      { type: "history", id: "h", room: "general" },
      { type: "leave", id: "l", room: "general" },
    ];
    ann.take();
    for (const message of asks) ann.say(message);
    await s.settle();
    expect(ann.take().map((each) => ("code" in each ? each.code : each.type))).toEqual([
      "pong",
      "overloaded",
      "history",
    ]);
    expect(typesOf(await ben.ask(ping))).toEqual(["pong"]);
    const free = stage({ settings: { messagesPerSecond: 0 } });
    const cid = await free.enter();
    for (let n = 0; n < 5000; n += 1) cid.say(ping);
    expect(cid.take()).toHaveLength(5000);
  });

  test("R-FIFO: a publish that found no credit bars its successors in that room until it is repeated", async () => {
    const s = stage({ settings: { messagesPerSecond: 1 } });
    const ann = await s.enter(["general", "other"]);
    const ben = await s.enter();
    await s.pass(2000);
    ann.take();
    for (const id of ["1", "2", "3"]) ann.say(publish(id));
    await s.pass(2000);
    ann.take();
    expect(await ann.ask(publish("4"))).toMatchObject([{ id: "4", code: "overloaded" }]);
    expect(typesOf(await ann.ask(publish("5", { room: "other" })))).toEqual(["event", "ack"]);
    await s.pass(2000);
    for (const id of ["3", "4"]) ann.say(publish(id));
    await s.settle();
    expect(only(ben.take(), "event").map(({ id }) => id)).toEqual(["1", "2", "3", "4"]);
  });

  test("P-HELLO-8 R-CREDIT: the rooms of a hello cost what joins cost; it is answered whole, and what follows waits", async () => {
    const s = stage({ settings: { messagesPerSecond: 10 } });
    const join = Array.from({ length: 30 }, (_, index) => ({ room: `room-${index}` }));
    const ann = s.connect();
    await ann.hello({ join });
    expect(ann.took("joined")).toHaveLength(30);
    expect(await ann.ask(ping)).toMatchObject([{ code: "overloaded", retryAfterMs: 1_100 }]);
    await s.pass(1_100);
    expect(typesOf(ann.take())).not.toContain("error");
    expect(typesOf(await ann.ask(ping))).toEqual(["pong"]);
    const free = stage({ settings: { messagesPerSecond: 0 } }).connect();
    await free.hello({ join });
    expect(typesOf((await free.ask(ping)).slice(-1))).toEqual(["pong"]);
  });

  test("P-HELLO-8: more hellos from one address than may come are told when, and closed before anything is made of them", async () => {
    const s = stage({ settings: { hellosPerSecond: 5 } });
    const come = async (): Promise<Client> => {
      const client = s.connect();
      await client.ask({ type: "hello", protocol: 1 });
      return client;
    };
    for (let count = 0; count < 100; count += 1) expect((await come()).closed).toBeUndefined();
    const late = s.connect();
    expect(await late.ask({ type: "hello", protocol: 1 })).toMatchObject([
      { type: "error", code: "overloaded", retry: "same_id", retryAfterMs: 200 },
    ]);
    expect(late.connection.closed).toEqual({ name: "tooMany", code: 4429 });
    expect(s.hub.counts().sessions).toBe(100);
    await s.pass(200);
    expect((await come()).closed).toBeUndefined();
    expect((await come()).closed).toBe("tooMany");
  });

  test("R-CREDIT: is taken on arrival: what waits behind something slow is refused in its place, and not kept", async () => {
    let answer = (): void => undefined;
    const s = stage({
      settings: { messagesPerSecond: 2 },
      handlers: {
        status: () =>
          new Promise(
            (resolve) =>
              (answer = () => {
                resolve(undefined);
              }),
          ),
      },
    });
    const ann = await s.enter();
    await s.pass(5000);
    ann.take();
    ann.say(publish("0", { event: "status", data: { text: "" } }));
    for (const id of ["1", "2", "3", "4", "5"]) ann.say(publish(id));
    await s.pass(3_000);
    expect(only(ann.take(), "error")).toEqual([]);
    answer();
    await s.settle();
    const got = ann.take();
    expect(only(got, "ack").map(({ id }) => id)).toEqual(["0", "1", "2", "3"]);
    expect(only(got, "error").map(({ id }) => id)).toEqual(["4", "5"]);
  });

  test("R-REFUSALS: whoever earns refusals without end is closed with 4429, and honest clients notice nothing", async () => {
    const s = stage();
    const ann = await s.enter();
    const flood = [{ type: "nonsense" }, publish("1", { room: "elsewhere" }), publish("1", { event: "gap" })];
    for (const message of flood) {
      const mallory = await s.enter();
      let sent = 0;
      for (; sent < 10_000 && mallory.closed === undefined; sent += 1) mallory.say(message);
      expect(mallory.connection.closed?.code).toBe(4429);
      expect(sent).toBe(2001);
    }
    const stranger = s.connect();
    for (let n = 0; n < 2001; n += 1) stranger.say(ping);
    expect(stranger.connection.closed?.code).toBe(4429);
    await s.pass(1000);
    ann.take();
    expect(typesOf(await ann.ask(publish("a")))).toEqual(["event", "ack"]);
  });
});

describe("broken frames", () => {
  test("R-BAD-FRAMES, B8: the tenth frame within a minute that holds no object closes with 4400", async () => {
    const s = stage({ settings: { messagesPerSecond: 1 } });
    const ann = await s.enter();
    const broken = ["{", "null", "[]", '"x"', "7", "true", "{]", "\0", "nope"];
    for (const frame of broken) {
      ann.text(frame);
      await s.settle();
      expect(ann.take()).toMatchObject([{ type: "error", code: "bad_message", retry: "no" }]);
    }
    expect(ann.closed).toBeUndefined();
    await s.pass(59_999);
    ann.text("{");
    expect(ann.connection.closed).toEqual({ name: "badMessages", code: 4400 });
  });

  test("R-BAD-FRAMES: nine, and one more after the minute, do not; neither do objects that are no message", async () => {
    const s = stage();
    const ann = await s.enter();
    for (let n = 0; n < 9; n += 1) ann.text("{");
    await s.pass(60_000);
    for (let n = 0; n < 9; n += 1) ann.text("{");
    await s.pass(60_000);
    for (let n = 0; n < 50; n += 1) ann.text('{"type":"unheard-of"}');
    expect(ann.closed).toBeUndefined();
    await s.settle();
    ann.take();
    expect(typesOf(await ann.ask(publish("1")))).toEqual(["event", "ack"]);
  });

  test("R-BAD-FRAMES: they count before hello too", () => {
    const s = stage();
    const stranger = s.connect();
    for (let n = 0; n < 10; n += 1) stranger.text("garbage");
    expect(stranger.connection.closed?.code).toBe(4400);
  });
});

describe("one at a time", () => {
  test("R-ONE-AT-A-TIME: a publish that is pipelined behind a slow handler keeps its order", async () => {
    const answers: (() => void)[] = [];
    const s = stage({
      handlers: {
        message: ({ id }) =>
          id.startsWith("slow")
            ? new Promise((resolve) =>
                answers.push(() => {
                  resolve(undefined);
                }),
              )
            : undefined,
      },
    });
    const ann = await s.enter();
    const ben = await s.enter();
    for (const id of ["slow1", "2", "slow3", "4"]) ann.say(publish(id));
    expect(typesOf(await ben.ask(publish("b")))).toContain("ack");
    answers[0]!();
    await s.settle();
    answers[1]!();
    await s.settle();
    expect(only(ben.take(), "event").map(({ id }) => id)).toEqual(["slow1", "2", "slow3", "4"]);
  });

  test("R-WAITING: behind a handler that never answers 1,024 messages wait, one more closes with 4429", async () => {
    const s = stage({
      settings: { messagesPerSecond: 0 },
      handlers: { message: () => new Promise(() => undefined) },
    });
    const ann = await s.enter();
    const ben = await s.enter();
    ann.say(publish("never"));
    for (let n = 0; n < 1024; n += 1) ann.say(ping);
    expect(ann.closed).toBeUndefined();
    ann.say(ping);
    expect(ann.connection.closed).toEqual({ name: "tooMany", code: 4429 });
    expect(typesOf(await ben.ask(ping))).toContain("pong");
    await ann.end();
    await s.settle();
    expect(only(ann.take(), "pong")).toEqual([]);
  });

  test("R-ONE-AT-A-TIME: what waits when the socket ends is not heard any more", async () => {
    let answer = (): void => undefined;
    const s = stage({
      handlers: {
        message: () =>
          new Promise(
            (resolve) =>
              (answer = () => {
                resolve(undefined);
              }),
          ),
      },
    });
    const ann = await s.enter();
    const ben = await s.enter();
    ann.say(publish("1"));
    ann.say({ type: "publish", id: "2", room: "general", event: "typing", data: { on: true } });
    await ann.end(1000);
    answer();
    await s.settle();
    expect(only(ben.take(), "event")).toEqual([]);
  });
});

test("P-PING-1: a ping is answered with the server's time", async () => {
  const s = stage();
  const ann = await s.enter();
  expect(await ann.ask(ping)).toEqual([{ type: "pong", time: s.clock.now() }]);
});

describe("what is refused", () => {
  test("P-ERR-1: says which request, by its id and its room, and the socket lives", async () => {
    const s = stage();
    const ann = await s.enter([]);
    const asked: readonly object[] = [
      { type: "join", room: "r", history: -1 },
      { type: "leave", room: "r" },
      publish("1", { room: "r" }),
      { type: "presence", room: "r", state: {} },
      { type: "history", room: "r" },
      { type: "refresh", token: "" },
      { type: "shout" },
    ];
    for (const [n, message] of asked.entries()) {
      const answer = await ann.ask({ ...message, id: `${n}` });
      expect(answer).toMatchObject([{ type: "error", id: `${n}`, ...("room" in message && { room: "r" }) }]);
    }
    expect(typesOf(await ann.ask(ping))).toEqual(["pong"]);
  });

  test("P-ERR-3: what a port throws may be made of anybody's words, and is told to nobody", async () => {
    let heard = "";
    const s = stage({
      handlers: {
        message: ({ data }) => {
          if (heard !== "") throw new Error(`after ${heard}`);
          heard = (data as { text: string }).text;
        },
      },
    });
    const [ann, ben] = [await s.enter(), await s.enter()];
    await ann.ask(publish("1", { data: { text: "between us" }, to: ann.id }));
    const [refused] = only(await ben.ask(publish("2")), "error");
    expect(refused).toMatchObject({ id: "2", code: "internal", message: ERROR_CODES.internal.meaning });
    expect(heard).toBe("between us");
  });
});

describe("ports that misbehave", () => {
  test("R-FAULT: a policy that throws on an action is answered internal, reported, and bars the room", async () => {
    let broken = false;
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: () => {
          if (broken) throw new Error("rules are gone");
          return undefined;
        },
      },
    });
    const ann = await s.enter();
    broken = true;
    expect(await ann.ask(publish("1"))).toMatchObject([
      { id: "1", room: "general", code: "internal", retry: "same_id" },
    ]);
    expect(await ann.ask({ type: "join", id: "j", room: "q" })).toMatchObject([
      { id: "j", code: "internal" },
    ]);
    expect(await ann.ask({ type: "history", id: "h", room: "general" })).toMatchObject([
      { id: "h", code: "internal" },
    ]);
    expect(s.faults()).toHaveLength(3);
    broken = false;
    expect(await ann.ask(publish("2"))).toMatchObject([{ id: "2", code: "overloaded" }]);
    expect(typesOf(await ann.ask(publish("1")))).toEqual(["event", "ack"]);
  });

  test("R-FAULT: a connection that throws is closed, may resume, and nobody else loses anything", async () => {
    const s = stage();
    const bad = s.connect();
    const { resume } = await bad.hello();
    const ann = await s.enter();
    const [first, last] = [await s.enter(), await s.enter()];
    bad.connection.send = () => {
      throw new Error("EPIPE");
    };
    ann.say(publish("1"));
    await s.settle();
    for (const member of [ann, first, last]) expect(only(member.take(), "event")).toHaveLength(1);
    expect(bad.connection.closed?.code).toBe(4413);
    expect(s.faults()).toMatchObject([{ where: "connection" }]);
    expect(await s.connect().hello({ resume })).toMatchObject({ resumed: true });
    const worse = await s.enter();
    worse.connection.close = () => {
      throw new Error("EBADF");
    };
    expect(s.hub.kick(worse.id)).toBe(true);
    expect(s.hub.counts().connections).toBe(4);
  });

  test("R-FAULT: an answer that has no JSON is answered internal, and the socket lives", async () => {
    const s = stage({ handlers: { ask: () => ({ kind: "answer", answer: 1n }) } });
    const ann = await s.enter();
    expect(await ann.ask(publish("1", { event: "ask" }))).toMatchObject([{ id: "1", code: "internal" }]);
    expect(typesOf(await ann.ask(ping))).toEqual(["pong"]);
  });

  test("R-FAULT: promises of another kind keep their place too", async () => {
    // What a query builder or another realm hands back: awaitable, yet no instance of this Promise.
    const thenable = (): Promise<undefined> =>
      ({
        then: (done: (value: undefined) => void) => {
          setImmediate(done, undefined);
        },
      }) as unknown as Promise<undefined>;
    const s = stage({ policy: { authenticate: () => ok({ user: null }), authorise: thenable } });
    const ann = await s.enter();
    ann.say(publish("1"));
    ann.say(ping);
    expect(ann.take()).toEqual([]);
    await s.settle();
    expect(only(ann.take(), "ack")).toMatchObject([{ id: "1" }]);
    expect(valueOf(await s.hub.history({ user: null }, "general")).events).toHaveLength(1);
    expect(refusal("forbidden").code).toBe("forbidden");
  });
});
