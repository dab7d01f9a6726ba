/** A token that is about to expire, and the one that takes its place on the same socket. */
import { err, ok, refusal } from "@roomcast/protocol";
import { expect, test } from "vitest";

import { type Client, only, type Stage, stage, typesOf, valueOf } from "../../test/stage.ts";
import type { Policy } from "../ports/policy.ts";
import { ManualClock } from "../testing/manual-clock.ts";

/** "ada 60000 a,b": whose it is, how long it is good, and which rooms it lets enter. */
const policyAt = (clock: ManualClock): Policy => ({
  authenticate(token = "") {
    const [user = "", lastingMs, rooms = ""] = token.split(" ");
    if (lastingMs === undefined) return err(refusal("unauthorised"));
    return ok({ user, expiresAt: clock.now() + Number(lastingMs), claims: { rooms: rooms.split(",") } });
  },
  authorise: ({ claims }, { room }) =>
    (claims?.["rooms"] as string[]).includes(room) ? undefined : refusal("forbidden"),
});

async function enter(token: string, ...rooms: string[]): Promise<{ s: Stage; client: Client; id: string }> {
  const clock = new ManualClock();
  const s = stage({ clock, policy: policyAt(clock) });
  const client = s.connect();
  const { clientId: id } = await client.hello({ token, join: rooms.map((room) => ({ room })) });
  client.take();
  return { s, client, id };
}

const say = async (s: Stage, room: string): Promise<void> => {
  valueOf(await s.hub.publish({ room, event: "message", data: { text: "x" } }));
  await s.settle();
};

test("R-EXPIRY-WARNED P-EXPIRING-1 T15: told 30 s before, once; a new token is told of in its turn", async () => {
  const { s, client } = await enter("ada 60000 r");
  await s.pass(29_999);
  expect(client.take()).toEqual([]);
  await s.pass(1);
  expect(client.take()).toEqual([{ type: "expiring", expiresInMs: 30_000 }]);
  expect(await client.ask({ type: "refresh", id: "t", token: "ada 90000 r" })).toMatchObject([
    { type: "ack" },
  ]);
  await s.pass(59_999);
  expect(client.take()).toEqual([]);
  await s.pass(1);
  expect(typesOf(client.take())).toEqual(["expiring"]);
  await s.pass(30_000);
  expect(client.closed).toBe("tokenExpired");
});

test("R-LIMIT-JOINS P-REFRESH-2: each room that it is asked about again costs what a join costs", async () => {
  const rooms = Array.from({ length: 60 }, (_, index) => `room-${index}`);
  const { s, client } = await enter(`ada 600000 ${rooms.join(",")}`, ...rooms);
  await s.pass(10_000);
  client.take();
  const refresh = { type: "refresh", id: "t", token: `ada 600000 ${rooms.join(",")}` };
  expect(typesOf(await client.ask(refresh))).toEqual(["ack"]);
  const join = { type: "join", id: "j", room: "room-0" };
  // Of 40 that there may be at once, at 20 a second.
  expect(await client.ask(join)).toMatchObject([{ code: "overloaded", retryAfterMs: 1_050 }]);
  expect(typesOf(await client.ask(refresh))).toEqual(["ack"]);
  // Of 100 messages at once 123 are taken.
  expect(await client.ask(refresh)).toMatchObject([{ code: "overloaded" }]);
});

test("R-EXPIRY-WARNED P-HELLO-1: never before the welcome, which comes first", async () => {
  const clock = new ManualClock();
  const s = stage({ clock, policy: policyAt(clock) });
  let stored = (): void => undefined;
  const save = s.sessions.save.bind(s.sessions);
  s.sessions.save = async (session) => {
    await new Promise<void>((resolve) => (stored = resolve));
    return save(session);
  };
  const client = s.connect();
  client.say({ type: "hello", protocol: 1, token: "ada 4000 r", join: [] });
  await s.settle();
  await s.pass(2_500);
  expect(client.take()).toEqual([]);
  stored();
  await s.settle();
  expect(typesOf(client.take())).toEqual(["welcome"]);
  s.sessions.save = save;
  await s.pass(750);
  expect(client.take()).toEqual([]);
});

test("P-REFRESH-2 R-REFRESH: rooms that the new token does not let enter are left, the others go on where they were", async () => {
  const { s, client, id } = await enter("ada 60000 a,b", "a", "b");
  const other = s.connect();
  await other.hello({ token: "bob 600000 a,b", join: [{ room: "a" }] });
  await say(s, "b");
  await s.pass(1000);
  client.take();
  other.take();
  expect(await client.ask({ type: "refresh", id: "t", token: "ada 600000 b" })).toMatchObject([
    { type: "left", room: "a", reason: "forbidden" },
    { type: "ack", id: "t" },
  ]);
  await say(s, "a");
  await say(s, "b");
  expect(client.take()).toMatchObject([{ type: "event", room: "b", offset: 2 }]);
  await s.pass(1000);
  expect(only(other.take(), "presence")[0]?.left).toEqual([{ clientId: id, reason: "forbidden" }]);
  expect(await client.ask({ type: "join", id: "j", room: "a" })).toMatchObject([{ code: "forbidden" }]);
});

test("P-REFRESH-2: what has gathered of such a room in this very turn is not delivered any more, to it alone", async () => {
  const { s, client } = await enter("ada 60000 a", "a");
  const other = s.connect();
  await other.hello({ token: "bob 600000 a", join: [{ room: "a" }] });
  await s.pass(1000);
  client.take();
  other.take();
  // Not kept, so that it is in the room's hands at once; the refresh follows in the same turn.
  const typing = { room: "a", event: "typing", data: { on: true } };
  void s.hub.publish(typing);
  client.say({ type: "refresh", id: "t", token: "ada 600000 none" });
  await s.settle();
  expect(typesOf(client.take())).toEqual(["left", "ack"]);
  expect(typesOf(other.take())).toContain("event");
});

test("R-REFRESH R-EXPIRY: one that is still checked when its session has gone on to a newer socket changes nothing there", async () => {
  const clock = new ManualClock();
  const policy = policyAt(clock);
  let checked = (): void => undefined;
  const slow = new Promise<void>((resolve) => (checked = resolve));
  const s = stage({
    clock,
    policy: {
      ...policy,
      authenticate: (token) =>
        token?.endsWith("secret") === true
          ? slow.then(() => policy.authenticate(token))
          : policy.authenticate(token),
    },
  });
  const [older, newer] = [s.connect(), s.connect()];
  const { resume } = await older.hello({ token: "ada 60000 a", join: [] });
  older.say({ type: "refresh", id: "t", token: "ada 5000 secret" });
  await s.settle();
  expect(await newer.hello({ token: "ada 60000 a", resume, join: [] })).toMatchObject({ resumed: true });
  checked();
  await s.settle();
  expect(await newer.ask({ type: "join", id: "j", room: "secret" })).toMatchObject([
    { type: "welcome" },
    { code: "forbidden" },
  ]);
});

test("R-REFRESH: a token of another user, or no good, changes nothing", async () => {
  const { s, client } = await enter("ada 60000 a", "a");
  for (const token of ["bob 60000 none", "bad"])
    expect(await client.ask({ type: "refresh", id: "t", token })).toMatchObject([{ code: "unauthorised" }]);
  await say(s, "a");
  expect(typesOf(client.take())).toEqual(["event"]);
});
