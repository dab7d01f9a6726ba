/** What is done to users: at once, for as long as was said, and to nobody else. */
import { ok } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { act, begin, enter, policy, say } from "../../test/moderating.ts";
import { only, typesOf, valueOf } from "../../test/stage.ts";
import { MemorySanctions } from "../memory/memory-sanctions.ts";
import { FakeConnection } from "../testing/fake-connection.ts";
import type { Act } from "./moderation.ts";

const publish = { type: "publish", id: "p", room: "r", event: "message", data: { text: "x" } };

describe("R-EXPEL out of a room", () => {
  test("all sessions of the user, on all their sockets, and nobody else; what is on its way is dropped", async () => {
    const s = begin();
    const [one, two] = [await enter(s, "mallory", "r", "q"), await enter(s, "mallory", "r")];
    const ada = await enter(s, "ada", "r");
    for (const client of [one, two]) client.take();
    void s.hub.publish({ room: "r", event: "typing", data: { on: true } });
    expect(await act(s, { act: "kick", user: "mallory", room: "r", reason: "calm down" })).toEqual(
      ok({ affected: 2 }),
    );
    for (const client of [one, two]) {
      expect(client.take()).toEqual([{ type: "left", room: "r", reason: "kicked", message: "calm down" }]);
      expect([client.connection.drops, client.closed]).toEqual([1, undefined]);
    }
    await say(s);
    await say(s, "q");
    expect(typesOf(one.take())).toEqual(["event"]);
    expect([two.take(), ada.connection.drops]).toEqual([[], 0]);
    await s.pass(1000);
    const left = only(ada.take(), "presence").flatMap((presence) => presence.left ?? []);
    expect(left.map(({ reason }) => reason)).toEqual(["kicked", "kicked"]);
    expect(await one.ask({ type: "join", id: "j", room: "r" })).toMatchObject([{ type: "joined" }]);
  });

  test("one that is only just entering is out as well, and is not shown what was read", async () => {
    const s = begin();
    const client = await enter(s, "mallory");
    const held = Promise.withResolvers<void>();
    const read = s.log.read.bind(s.log);
    s.log.read = async (...asked) => {
      await held.promise;
      return read(...asked);
    };
    client.say({ type: "join", id: "j", room: "r" });
    await s.settle();
    await act(s, { act: "ban", user: "mallory", room: "r" });
    held.resolve();
    await s.settle();
    expect(typesOf(client.take())).toEqual(["left", "error"]);
  });

  test("one whose policy still thinks it over does not come in any more", async () => {
    const thinking = Promise.withResolvers<undefined>();
    const s = begin({ policy: { ...policy, authorise: () => thinking.promise } });
    const client = await enter(s, "mallory");
    client.say({ type: "join", id: "j", room: "r" });
    await s.settle();
    await act(s, { act: "ban", user: "mallory", room: "r", reason: "no" });
    thinking.resolve(undefined);
    await s.settle();
    expect(client.take()).toMatchObject([{ type: "error", code: "forbidden", message: "banned: no" }]);
  });

  test("readers of the room too", async () => {
    const s = begin();
    const [mine, other] = [new FakeConnection(), new FakeConnection()];
    const mallory = { user: "mallory" };
    valueOf(await s.listen(mallory, { room: "r" }, mine));
    valueOf(await s.listen(mallory, { room: "q" }, other));
    expect(await act(s, { act: "ban", user: "mallory", room: "r" })).toEqual(ok({ affected: 1 }));
    expect([mine.closed?.name, mine.drops, other.closed]).toEqual(["forbidden", 1, undefined]);
    other.close("normal");
    await act(s, { act: "kick", user: "mallory" });
  });
});

test.each(["history", "join"])(
  "R-EXPEL R-BAN: a reader whose policy still thinks over its %s when it is banned hears nothing",
  async (slow) => {
    const thinking = Promise.withResolvers<undefined>();
    const s = begin({
      policy: { ...policy, authorise: (_, { kind }) => (kind === slow ? thinking.promise : undefined) },
    });
    const reader = new FakeConnection();
    const listening = s.listen({ user: "mallory" }, { room: "r" }, reader);
    await s.settle();
    await act(s, { act: "ban", user: "mallory", room: "r" });
    thinking.resolve(undefined);
    expect(await listening).toMatchObject({ error: { code: "forbidden" } });
    await say(s);
    expect(reader.take()).toEqual([]);
  },
);

describe.each(["kick", "ban", "revoke"] as const)(
  "R-EXPEL P-SESS-7: who is away, and not waited for",
  (what) => {
    test.each([false, true])(
      `has nothing to come back to after a ${what}; while it comes back: %s`,
      async (comes) => {
        const s = begin();
        const [user, other, guest] = [
          await enter(s, "mallory", "r"),
          await enter(s, "ada", "r"),
          await enter(s, "", "r"),
        ];
        for (const each of [user, other, guest]) await each.end();
        await s.pass(20_000);
        const held = Promise.withResolvers<void>();
        const find = s.sessions.find.bind(s.sessions);
        s.sessions.find = async (clientId) => {
          const found = await find(clientId);
          if (comes) await held.promise;
          return found;
        };
        const back = ["mallory", "ada", undefined].map((token, index) => {
          const { resume } = [user, other, guest][index]!;
          const client = s.connect();
          const hello = (): void => client.say({ type: "hello", protocol: 1, token, resume });
          if (comes) hello();
          return { client, hello };
        });
        await s.settle();
        await act(s, { act: what, user: "mallory" });
        await act(s, { act: what, user: `guest:${guest.id}` });
        if (what === "ban") await act(s, { act: "unban", user: "mallory" });
        held.resolve();
        if (!comes) for (const { hello } of back) hello();
        await s.settle();
        const welcomes = back.map(({ client }) => only(client.take(), "welcome")[0]?.resumed);
        expect(welcomes).toEqual([false, true, false]);
      },
    );
  },
);

test.each([
  ["ban", "forbidden"],
  ["revoke", "unauthorised"],
] as const)("R-BAN R-REVOKE: a %s while a session is looked up counts: %s", async (what, close) => {
  const s = begin();
  const user = await enter(s, "mallory 0", "r");
  await user.end();
  await s.pass(20_000);
  const held = Promise.withResolvers<undefined>();
  s.sessions.find = () => held.promise;
  const client = s.connect();
  client.say({ type: "hello", protocol: 1, token: "mallory 0", resume: user.resume });
  await s.settle();
  await act(s, { act: what, user: "mallory" });
  held.resolve(undefined);
  await s.settle();
  expect(client.take()).toMatchObject([{ type: "error", code: close }]);
  expect(client.closed).toBe(close);
});

test("R-EXPEL P-MAY-5: what a socket still holds that the session has left, and that has not gone yet, is dropped too", async () => {
  const s = begin();
  const older = await enter(s, "mallory", "r");
  const newer = s.connect();
  newer.say({ type: "hello", protocol: 1, token: "mallory", resume: older.resume });
  await new Promise((resolve) => setImmediate(resolve));
  expect(older.closed).toBe("superseded");
  void act(s, { act: "kick", user: "mallory", room: "r" });
  expect([older.connection.drops, newer.connection.drops]).toEqual([1, 1]);
  await s.settle();
  // Gone by now.
  await act(s, { act: "ban", user: "mallory" });
  expect([older.connection.drops, newer.connection.drops]).toEqual([1, 2]);
});

describe("R-BAN", () => {
  test("from everywhere: closed with why and until when, not resumed, and not let in until it ends", async () => {
    const s = begin();
    const client = await enter(s, "mallory", "r");
    const until = s.clock.now() + 60_000;
    await act(s, { act: "ban", user: "mallory", reason: "enough", until });
    const words = `banned until ${new Date(until).toISOString()}: enough`;
    expect([client.closed, client.connection.why, client.connection.drops]).toEqual(["forbidden", words, 1]);
    const again = s.connect();
    again.say({ type: "hello", protocol: 1, token: "mallory", resume: client.resume });
    await s.settle();
    expect(again.take()).toMatchObject([
      {
        type: "error",
        code: "forbidden",
        message: words,
        imposed: { what: "banned", until, reason: "enough" },
      },
    ]);
    expect(again.closed).toBe("forbidden");
    expect(await s.hub.history({ user: "mallory" }, "r")).toMatchObject({ error: { code: "forbidden" } });
    await s.pass(60_000);
    expect(s.hub.moderation.list()).toEqual([]);
    expect((await s.connect().hello({ token: "mallory", resume: client.resume })).resumed).toBe(false);
  });

  test("a guest is known by its session: it is out, and comes back as another guest at best", async () => {
    const s = begin();
    const guest = await enter(s, "", "r");
    await act(s, { act: "ban", user: `guest:${guest.id}`, room: "r" });
    expect(typesOf(guest.take())).toEqual(["left"]);
    expect(await guest.ask({ type: "join", id: "j", room: "r" })).toMatchObject([{ code: "forbidden" }]);
    await act(s, { act: "ban", user: `guest:${guest.id}` });
    expect(guest.closed).toBe("forbidden");
    expect((await s.connect().hello({ resume: guest.resume })).clientId).not.toBe(guest.id);
  });

  test("is there again after a restart, and a store that refuses leaves it in effect", async () => {
    const sanctions = new MemorySanctions();
    await act(begin({ sanctions }), { act: "ban", user: "mallory", by: "root" });
    const s = begin({ sanctions });
    expect(s.hub.moderation.list()).toMatchObject([{ kind: "ban", user: "mallory", by: "root", room: null }]);
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, token: "mallory" });
    await s.settle();
    expect(client.closed).toBe("forbidden");
    expect(await act(s, { act: "unban", user: "mallory" })).toEqual(ok({ affected: 1 }));
    expect(await act(s, { act: "unban", user: "mallory" })).toEqual(ok({ affected: 0 }));
    sanctions.impose = async () => ({ ok: false, error: { code: "storage_full", message: "" } });
    expect(await act(s, { act: "ban", user: "eve" })).toMatchObject({ error: { code: "storage_full" } });
    expect(s.hub.moderation.list()).toMatchObject([{ user: "eve" }]);
  });
});

test("R-MUTE: neither events nor direct ones nor states, in that room or everywhere, until it ends", async () => {
  const s = begin();
  const client = await enter(s, "mallory", "r", "q");
  await act(s, { act: "mute", user: "mallory", room: "r", reason: "shh", until: s.clock.now() + 1000 });
  const muted = { code: "forbidden", message: expect.stringMatching(/^muted until .*: shh$/) as string };
  expect(await client.ask(publish)).toMatchObject([muted]);
  expect(await client.ask({ ...publish, to: client.id })).toMatchObject([muted]);
  expect(await client.ask({ type: "presence", id: "s", room: "r", state: {} })).toMatchObject([muted]);
  expect(await client.ask({ ...publish, room: "q" })).toMatchObject([{ type: "event" }, { type: "ack" }]);
  const state = { mood: "loud" };
  expect(await client.ask({ type: "join", id: "j", room: "r", state })).toMatchObject([
    { type: "joined", members: [{ state: {} }] },
  ]);
  expect(await client.ask({ type: "join", id: "k", room: "q", state })).toMatchObject([
    { type: "joined", members: [{ state }] },
  ]);
  const identity = { user: "mallory" };
  expect(await s.hub.submit({ identity, room: "r", event: "message", data: { text: "x" } })).toMatchObject({
    error: muted,
  });
  await act(s, { act: "mute", user: "mallory" });
  expect(await client.ask({ ...publish, room: "q" })).toEqual([
    {
      ...{ type: "error", id: publish.id, room: "q", code: "forbidden", message: "muted", retry: "no" },
      imposed: { what: "muted" },
    },
  ]);
  await act(s, { act: "unmute", user: "mallory" });
  await s.pass(1000);
  client.take();
  expect(await client.ask(publish)).toMatchObject([{ type: "event" }, { type: "ack" }]);
});

test("R-REVOKE: what vouched before is no good any more, by hello, refresh or request; what is newer, or asked for anew, is", async () => {
  const s = begin();
  const before = s.clock.now();
  const client = await enter(s, `mallory ${before}`, "r");
  const other = await enter(s, `mallory ${before + 10 ** 9}`, "r");
  expect(await act(s, { act: "revoke", user: "mallory", reason: "stolen" })).toEqual(ok({ affected: 2 }));
  expect([client.closed, other.closed]).toEqual(["unauthorised", "unauthorised"]);
  expect(client.connection.why).toBe("revoked: stolen");
  const old = s.connect();
  old.say({ type: "hello", protocol: 1, token: `mallory ${before}`, resume: client.resume });
  await s.settle();
  expect(old.take()).toMatchObject([
    { type: "error", code: "unauthorised", imposed: { what: "revoked", reason: "stolen" } },
  ]);
  expect(old.closed).toBe("unauthorised");
  const issuedAt = before;
  expect(await s.hub.history({ user: "mallory", issuedAt }, "r")).toMatchObject({
    error: { code: "unauthorised" },
  });
  expect(await s.hub.history({ user: "mallory" }, "r")).toMatchObject({ ok: true });
  const back = await enter(s, `mallory ${s.clock.now() + 1}`, "r");
  expect(await back.ask({ type: "refresh", id: "t", token: `mallory ${before}` })).toMatchObject([
    { code: "unauthorised" },
  ]);
  expect(await back.ask(publish)).toMatchObject([{ type: "event" }, { type: "ack" }]);
});

test("R-RECHECK: when the policy has changed its mind, members and readers are taken out, of one user or of all", async () => {
  const closed = new Set<string>();
  const s = begin({
    policy: {
      ...policy,
      authorise: async ({ user }, { room }) =>
        closed.has(`${user} ${room}`) ? { code: "forbidden", message: "not allowed" } : undefined,
    },
  });
  const [ada, bob] = [await enter(s, "ada", "r", "q"), await enter(s, "bob", "r")];
  const reader = new FakeConnection();
  valueOf(await s.listen({ user: "bob" }, { room: "r" }, reader));
  for (const each of ["ada r", "bob r"]) closed.add(each);
  await s.hub.moderation.recheck("ada");
  expect(only(ada.take(), "left")).toEqual([{ type: "left", room: "r", reason: "forbidden" }]);
  expect([bob.connection.drops, reader.closed]).toEqual([0, undefined]);
  await s.hub.moderation.recheck();
  expect(only(bob.take(), "left")).toMatchObject([{ room: "r" }]);
  expect([reader.closed?.name, reader.drops]).toEqual(["forbidden", 1]);
  await say(s, "q");
  expect(only(ada.take(), "event")).toMatchObject([{ room: "q" }]);
});

test("R-RECHECK: what the policy was asked before it changed its mind, and answers afterwards, is asked again", async () => {
  let isClosed = false;
  const asked: (() => void)[] = [];
  const s = begin({
    policy: {
      ...policy,
      authorise: (_, { kind }) => {
        const refused = isClosed ? { code: "forbidden" as const, message: "not allowed" } : undefined;
        if (kind !== "join" || isClosed) return Promise.resolve(refused);
        return new Promise((resolve) => asked.push(() => resolve(refused)));
      },
    },
  });
  const listening = s.listen({ user: "bob" }, { room: "r" }, new FakeConnection());
  await s.settle();
  isClosed = true;
  await s.hub.moderation.recheck();
  for (const answer of asked) answer();
  expect(await listening).toMatchObject({ ok: false, error: { code: "forbidden" } });
  expect(asked).toHaveLength(1);
});

test.each<[Partial<Act>, string]>([
  [{ user: "" }, "user"],
  [{ user: "x".repeat(256) }, "user"],
  [{ room: "a b" }, "room"],
  [{ act: "revoke", room: "r" }, "room"],
  [{ reason: "x".repeat(61) }, "reason"],
  [{ act: "kick", until: 2 ** 45 }, "act"],
  [{ until: 1 }, "until"],
  [{ until: 8.64e15 + 1 }, "until"],
  [{ until: Number.NaN }, "until"],
  [{ act: "mute", until: 1e300 }, "until"],
])("R-BAN: %j is no act", async (wrong, field) => {
  const done = await begin().hub.moderation.act({ act: "ban", user: "mallory", ...wrong });
  expect(done).toMatchObject({
    error: { code: "bad_message", message: expect.stringMatching(`^${field}: `) as string },
  });
});
