/** That each limit of the table is held, says which it was, and lets nobody else pay for it. */
import { describe, expect, test } from "vitest";

import { only, stage, typesOf, type Stage } from "../../test/stage.ts";
import { OPEN_DOOR } from "../ports/policy.ts";
import { LIMITS } from "./limits.ts";

const ping = { type: "ping" };
const publish = (id: string, text = id): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text } },
});

/** A policy that takes the token for the user. */
const BY_TOKEN = {
  ...OPEN_DOOR,
  authenticate: (token: string | undefined) => ({ ok: true as const, value: { user: token ?? null } }),
};

const limitsOf = (s: Stage): string[] =>
  s.told.flatMap((event) => (event.kind === "limited" ? [event.limit] : []));

describe("limits", () => {
  test("R-LIMIT-BYTES: a connection's bytes are counted as its messages are, and a large message is paid for behind it", async () => {
    const s = stage({ settings: { bytesPerSecond: 1000, messagesPerSecond: 0 } });
    const ann = await s.enter();
    await s.pass(10_000);
    const large = publish("1", "x".repeat(3900));
    expect(typesOf(await ann.ask(large)).slice(-1)).toEqual(["ack"]);
    const [refused] = only(await ann.ask(publish("2")), "error");
    expect(refused).toMatchObject({ id: "2", code: "overloaded", message: LIMITS.bytesPerSecond.says });
    await s.pass(refused!.retryAfterMs! - 1);
    expect(only(await ann.ask(publish("2")), "error")).toHaveLength(1);
    await s.pass(1);
    expect(only(await ann.ask(publish("2")), "ack")).toHaveLength(1);
    expect(limitsOf(s)).toEqual(["bytesPerSecond", "bytesPerSecond"]);
  });

  test("R-REST: who goes on though it is refused is left unread for a while, others are not, and then it is heard again", async () => {
    const s = stage({ settings: { messagesPerSecond: 10 } });
    const ann = await s.enter();
    const ben = await s.enter();
    await s.pass(10_000);
    for (let n = 0; n < 20 + 200; n += 1) ann.say(ping);
    await s.settle();
    expect(ann.connection.paused).toBe(false);
    ann.say(ping);
    await s.settle();
    expect([ann.connection.paused, ben.connection.paused]).toEqual([true, false]);
    await s.pass(249);
    expect(ann.connection.paused).toBe(true);
    await s.pass(1);
    expect(ann.connection.paused).toBe(false);
    ann.take();
    expect(typesOf(await ann.ask(ping))).toEqual(["pong"]);
  });

  test("R-REST: who never ends rests longer each time, and who has been good for ten seconds as at first", async () => {
    const s = stage({ settings: { messagesPerSecond: 10 } });
    const ann = await s.enter();
    const flood = async (): Promise<number> => {
      for (let n = 0; n < 20 + 200 + 1; n += 1) ann.say(ping);
      await s.settle();
      let restMs = 0;
      for (; ann.connection.paused; restMs += 50) await s.pass(50);
      ann.take();
      return restMs;
    };
    await s.pass(10_000);
    const rests: number[] = [];
    for (const pauseMs of [2_000, 2_000, 2_000, 2_000, 10_001, 0]) {
      rests.push(await flood());
      await s.pass(pauseMs);
    }
    expect(rests).toEqual([250, 1_000, 4_000, 5_000, 5_000, 250]);
  });

  test("R-LIMIT-USER: all connections of a user together, by messages and by bytes; guests and other users pay nothing", async () => {
    for (const settings of [{ userMessagesPerSecond: 2 }, { userBytesPerSecond: 30 }]) {
      const s = stage({ settings: { messagesPerSecond: 0, ...settings }, policy: BY_TOKEN });
      const [one, two, other, guest] = [s.connect(), s.connect(), s.connect(), s.connect()];
      await one.hello({ token: "ada", join: [] });
      await two.hello({ token: "ada", join: [] });
      await other.hello({ token: "ben", join: [] });
      await guest.hello({ join: [] });
      for (const client of [one, two, other, guest]) client.take();
      for (let n = 0; n < 2; n += 1) {
        expect(typesOf(await one.ask(ping))).toEqual(["pong"]);
        expect(typesOf(await two.ask(ping))).toEqual(["pong"]);
      }
      expect(await two.ask(ping)).toMatchObject([{ code: "overloaded" }]);
      expect(typesOf(await other.ask(ping))).toEqual(["pong"]);
      for (let n = 0; n < 100; n += 1) expect(typesOf(await guest.ask(ping))).toEqual(["pong"]);
      expect(limitsOf(s)).toEqual(Object.keys(settings));
    }
  });

  test("R-LIMIT-USER: who comes back at once has no fresh credit, who comes back later has", async () => {
    const s = stage({ settings: { messagesPerSecond: 0, userMessagesPerSecond: 1 }, policy: BY_TOKEN });
    const come = async (): Promise<string[]> => {
      const client = s.connect();
      await client.hello({ token: "ada", join: [] });
      client.take();
      const got = typesOf([...(await client.ask(ping)), ...(await client.ask(ping))]);
      await client.end(1000);
      return got;
    };
    expect(await come()).toEqual(["pong", "pong"]);
    expect(await come()).toEqual(["error", "error"]);
    await s.pass(2_000);
    expect(await come()).toEqual(["pong", "pong"]);
  });

  test("R-LIMIT-JOINS: joins have a credit of their own, for which the rooms of a hello pay too", async () => {
    const s = stage({ settings: { messagesPerSecond: 0, joinsPerSecond: 2 } });
    const ann = s.connect();
    await ann.hello({ join: [{ room: "a" }, { room: "b" }, { room: "c" }] });
    const join = (room: string): object => ({ type: "join", id: room, room });
    expect(only(await ann.ask(join("d")), "joined")).toHaveLength(4);
    expect(await ann.ask(join("e"))).toMatchObject([
      { id: "e", room: "e", code: "overloaded", retryAfterMs: 500, message: LIMITS.joinsPerSecond.says },
    ]);
    expect(typesOf(await ann.ask(ping))).toEqual(["pong"]);
    await s.pass(500);
    expect(only(await ann.ask(join("e")), "joined")).toHaveLength(1);
    expect(limitsOf(s)).toEqual(["joinsPerSecond"]);
  });

  test("R-LIMIT-HISTORY: pages of history have a credit of their own", async () => {
    const s = stage({ settings: { messagesPerSecond: 0, historyReadsPerSecond: 1 } });
    const ann = await s.enter();
    ann.take();
    const ask = { type: "history", id: "h", room: "general" };
    expect(typesOf(await ann.ask(ask))).toEqual(["history"]);
    expect(typesOf(await ann.ask(ask))).toEqual(["history"]);
    expect(await ann.ask(ask)).toMatchObject([{ id: "h", code: "overloaded", retryAfterMs: 1000 }]);
    await s.pass(1000);
    expect(typesOf(await ann.ask(ask))).toEqual(["history"]);
    expect(limitsOf(s)).toEqual(["historyReadsPerSecond"]);
  });

  test("R-LIMIT-ROOMS: no new room beyond so many, while those that are there take whoever comes", async () => {
    const s = stage({ settings: { maxRooms: 2 } });
    const ann = await s.enter(["a", "b"]);
    const ben = s.connect();
    await ben.hello({ join: [{ room: "c" }, { room: "a" }] });
    expect(ben.seen()).toMatchObject([
      { type: "welcome" },
      { type: "error", room: "c", code: "quota", message: LIMITS.maxRooms.says },
      { type: "joined", room: "a" },
    ]);
    await ann.ask({ type: "leave", id: "l", room: "b" });
    ben.take();
    expect(only(await ben.ask({ type: "join", id: "c", room: "c" }), "joined")).toHaveLength(1);
    expect(limitsOf(s)).toEqual(["maxRooms"]);
  });
});
