import { err, ok, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { come, NAMES } from "../../test/coming.ts";
import { newLog } from "../../test/logs.ts";
import { only, stage, typesOf, valueOf } from "../../test/stage.ts";
import { MemorySessions } from "../memory/memory-sessions.ts";
import { OPEN_DOOR } from "../ports/policy.ts";
import { type Policy } from "../ports/policy.ts";
import { ManualClock } from "../testing/manual-clock.ts";

describe("resume", () => {
  test("R-CLIENT-ID: ids have the order in which sessions begin, no two are alike, and none is longer than chance alone", async () => {
    const s = stage();
    const ids: string[] = [];
    for (let second = 0; second < 3; second += 1) {
      const together = await Promise.all([s.connect().hello(), s.connect().hello(), s.connect().hello()]);
      ids.push(...together.map(({ clientId }) => clientId).sort());
      await s.pass(1_000);
    }
    expect(new Set(ids).size).toBe(9);
    expect(ids).toEqual(ids.toSorted());
    expect(ids.every((id) => id.length === 22)).toBe(true);
  });

  test("R-RESUME: the session comes back with its clientId, its rooms and a new token, as whatever it ended", async () => {
    for (const code of [1000, 1001, 1005, 1006, 1011, 4413]) {
      const s = stage();
      const first = await come(s, { join: [{ room: "b" }, { room: "a" }] });
      await first.client.end(code);
      const again = await come(s, { resume: first.resume });
      expect(again).toMatchObject({ clientId: first.clientId, resumed: true, rooms: ["b", "a"] });
      expect(again.resume).not.toBe(first.resume);
    }
  });

  test("R-RESUME-ROTATE: a lost welcome costs nothing: the token is good until its successor is used", async () => {
    const s = stage();
    const first = await come(s);
    await first.client.end();
    for (let lost = 0; lost < 3; lost += 1) {
      const again = await come(s, { resume: first.resume });
      expect(again).toMatchObject({ clientId: first.clientId, resumed: true });
      await again.client.end();
    }
    const second = await come(s, { resume: first.resume });
    await second.client.end();
    const third = await come(s, { resume: second.resume });
    expect(third).toMatchObject({ clientId: first.clientId, resumed: true });
    await third.client.end();
    const spent = await come(s, { resume: first.resume });
    expect(spent.resumed).toBe(false);
    expect(spent.clientId).not.toBe(first.clientId);
    const used = await come(s, { resume: second.resume });
    expect(used).toMatchObject({ clientId: first.clientId, resumed: true });
  });

  test("R-RESUME-ROTATE: all welcomes that one token got give the same successor: none makes another worthless", async () => {
    const s = stage();
    const first = await come(s);
    const second = await come(s, { resume: first.resume });
    const again = await come(s, { resume: first.resume });
    expect(second.client.connection.closed?.name).toBe("superseded");
    expect(again).toMatchObject({ clientId: first.clientId, resumed: true, resume: second.resume });
    const third = await come(s, { resume: second.resume });
    expect(third).toMatchObject({ clientId: first.clientId, resumed: true });
    expect((await come(s, { resume: first.resume })).resumed, "spent by its successor").toBe(false);
    expect(third.client.connection.closed).toBeUndefined();
  });

  test("R-RESUME-BOUND, threat 14: a token that another user stole, a wrong secret or an unknown one make a new session", async () => {
    const s = stage({ policy: NAMES });
    const ann = await come(s, { token: "ann" });
    const guest = await come(s);
    await ann.client.end();
    await guest.client.end();
    const [id, secret] = ann.resume.split(".") as [string, string];
    const claims = [
      { token: "ben", resume: ann.resume },
      { resume: ann.resume },
      { token: "ann", resume: guest.resume },
      { token: "ann", resume: `${id}.${"x".repeat(secret.length)}` },
      { token: "ann", resume: `${id}.${secret.slice(0, -1)}` },
      { token: "ann", resume: `${id}.` },
      { token: "ann", resume: id },
      { token: "ann", resume: secret },
      { token: "ann", resume: `.${secret}` },
      { token: "ann", resume: "." },
      { token: "ann", resume: "no-dot-at-all" },
      { token: "ann", resume: `__proto__.${secret}` },
      { token: "ann", resume: `constructor.prototype` },
    ];
    for (const claim of claims) {
      const thief = await come(s, claim);
      expect(thief.resumed).toBe(false);
      expect([ann.clientId, guest.clientId]).not.toContain(thief.clientId);
    }
    expect(await come(s, { token: "ann", resume: ann.resume })).toMatchObject({
      clientId: ann.clientId,
      resumed: true,
    });
    expect(s.faults()).toEqual([]);
  });

  test("R-FENCE: a newer socket of the session closes the older with 4509, and takes over its rooms", async () => {
    const s = stage();
    const other = await s.enter(["r"]);
    const first = await come(s, { join: [{ room: "r" }] });
    await s.pass(1000);
    other.take();
    first.client.take();
    const second = await come(s, { resume: first.resume });
    expect(first.client.connection.closed).toEqual({ name: "superseded", code: 4509 });
    expect(second).toMatchObject({ clientId: first.clientId, resumed: true, rooms: ["r"] });
    valueOf(await s.hub.publish({ room: "r", event: "message", data: { text: "x" } }));
    await s.pass(20_000);
    expect(typesOf(first.client.take())).toEqual([]);
    expect(typesOf(second.client.take())).toEqual(["event"]);
    expect(typesOf(other.take())).toEqual(["event"]);
    expect(s.hub.counts()).toEqual({ connections: 2, sessions: 2, rooms: 1 });
  });

  test("R-FENCE: the newer is the one that was accepted later, however late the other's hello", async () => {
    const s = stage({ policy: NAMES });
    const first = await come(s, { token: "ann", join: [{ room: "r" }] });
    const stray = s.connect();
    const second = await come(s, { token: "ann", resume: first.resume, join: [{ room: "r" }] });
    expect(
      await stray.ask({ type: "hello", protocol: 1, token: "ann", resume: first.resume, join: [] }),
    ).toEqual([]);
    expect(stray.connection.closed).toEqual({ name: "superseded", code: 4509 });
    expect(second.client.connection.closed).toBeUndefined();
    expect(valueOf(await s.hub.members(null, "r"))).toHaveLength(1);
    await second.client.end();
    expect(await come(s, { token: "ann", resume: second.resume })).toMatchObject({
      clientId: first.clientId,
      resumed: true,
    });
  });

  test("R-FENCE: a hello on an older socket without the secret is a stranger's", async () => {
    const s = stage();
    const stranger = s.connect();
    const first = await come(s);
    const welcome = await stranger.hello({ resume: `${first.clientId}.nothing` });
    expect(welcome.resumed).toBe(false);
    expect(first.client.connection.closed).toBeUndefined();
  });

  test("R-FENCE: what the older socket still says is not heard, and what it was about to say neither", async () => {
    const s = stage();
    const first = await come(s, { join: [{ room: "r" }] });
    const second = await come(s, { resume: first.resume });
    first.client.say({ type: "publish", id: "1", room: "r", event: "message", data: { text: "x" } });
    first.client.say({ type: "leave", id: "2", room: "r" });
    await s.settle();
    expect(second.client.take()).toEqual([]);
    expect(valueOf(await s.hub.members(null, "r"))).toHaveLength(1);
  });

  test("R-FENCE: two sockets with one token, whose session both find in the store, share one session", async () => {
    const clock = new ManualClock();
    const s = stage({ clock });
    const first = await come(s);
    await first.client.end(1000);
    expect(s.hub.counts().sessions).toBe(0);
    const [a, b] = [s.connect(), s.connect()];
    for (const one of [a, b]) one.say({ type: "hello", protocol: 1, resume: first.resume });
    await s.settle();
    expect(s.hub.counts().sessions).toBe(1);
    expect(a.connection.closed?.name).toBe("superseded");
    expect(only(b.seen(), "welcome")).toMatchObject([{ clientId: first.clientId, resumed: true }]);
  });

  test("R-RESUME-ROOMS: without `join` the rooms it was in, with `join` those alone, with an empty one none", async () => {
    const s = stage();
    const other = await s.enter(["a", "b"]);
    const first = await come(s, { join: [{ room: "a" }, { room: "b" }] });
    await s.pass(1000);
    other.take();
    await first.client.end();
    const second = await come(s, { resume: first.resume, join: [{ room: "b" }, { room: "c" }] });
    expect(second.rooms).toEqual(["b", "c"]);
    await s.pass(1000);
    expect(other.take()).toMatchObject([{ room: "a", left: [{ clientId: first.clientId, reason: "left" }] }]);
    await second.client.end();
    const third = await come(s, { resume: second.resume, join: [] });
    expect(third).toMatchObject({ resumed: true, rooms: [] });
    await s.pass(1000);
    expect(other.take()).toMatchObject([{ room: "b", left: [{ clientId: first.clientId }] }]);
    await third.client.end();
    expect((await come(s, { resume: third.resume })).rooms).toEqual([]);
  });

  test("R-RESUME-ROOMS: rooms joined and left on the way are kept as they are, after a crash too", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const log = newLog();
    const s = stage({ clock, sessions, log });
    const first = await come(s, { join: [{ room: "a" }, { room: "b" }] });
    await first.client.ask({ type: "join", id: "1", room: "c" });
    expect(await sessions.find(first.clientId)).toMatchObject({ rooms: ["a", "b", "c"] });
    await first.client.ask({ type: "leave", id: "2", room: "a" });
    expect(await sessions.find(first.clientId)).toMatchObject({ rooms: ["b", "c"] });
    const restarted = stage({ clock, sessions, log, seed: 2 });
    const again = await come(restarted, { resume: first.resume });
    expect(again).toMatchObject({ clientId: first.clientId, resumed: true, rooms: ["b", "c"] });
  });

  test("R-RESUME-SINCE, C8: a resume with positions gets what was missed, and nothing twice", async () => {
    const s = stage();
    const first = s.connect();
    const { resume } = await first.hello({ join: [{ room: "r" }] });
    const { position } = first.took("joined")[0]!;
    const publish = async (text: string): Promise<void> => {
      valueOf(await s.hub.publish({ room: "r", event: "message", data: { text } }));
    };
    await publish("1");
    await s.settle();
    expect(typesOf(first.take())).toEqual(["event"]);
    await first.end();
    await publish("2");
    await publish("3");
    const again = s.connect();
    await again.hello({ resume, join: [{ room: "r", since: { ...position, offset: 1 } }] });
    const [joined] = again.took("joined");
    expect(joined).toMatchObject({ recovered: true, position: { offset: 3 } });
    expect(joined!.events.map(({ offset }) => offset)).toEqual([2, 3]);
  });

  test("R-RESUME-WINDOW: for 2 minutes after the socket ended, and not after", async () => {
    for (const code of [1000, 1006]) {
      const s = stage();
      const first = await come(s, { join: [{ room: "r" }] });
      const second = await come(s, { join: [{ room: "r" }] });
      await s.pass(600_000);
      await first.client.end(code);
      await second.client.end(code);
      await s.pass(120_000);
      expect(s.hub.counts().sessions).toBe(0);
      expect(await come(s, { resume: first.resume })).toMatchObject({
        clientId: first.clientId,
        resumed: true,
        rooms: ["r"],
      });
      await s.pass(1);
      expect((await come(s, { resume: second.resume })).resumed).toBe(false);
    }
  });

  test.each([-1, 1])(
    "T27 R-RESUME-WINDOW: a wall clock that jumps by %i h ends no session",
    async (hours) => {
      const s = stage();
      const first = await come(s, { join: [{ room: "r" }] });
      await first.client.end(1006);
      s.clock.jump(hours * 3_600_000);
      await s.pass(60_000);
      expect(await come(s, { resume: first.resume })).toMatchObject({
        clientId: first.clientId,
        resumed: true,
      });
    },
  );

  test("R-RESUME-STORE: a session outlives the process, its socket or not, with token, user, name and rooms", async () => {
    const clock = new ManualClock();
    const sessions = new MemorySessions(clock);
    const s = stage({ clock, sessions, policy: NAMES });
    const living = await come(s, { token: "ann", name: "Ann", join: [{ room: "r" }] });
    const ended = await come(s, { join: [{ room: "q" }] });
    await ended.client.end();
    const restarted = stage({ clock, sessions, policy: NAMES, seed: 2 });
    expect((await come(restarted, { token: "ben", resume: living.resume })).resumed).toBe(false);
    const again = await come(restarted, { token: "ann", resume: living.resume });
    expect(again).toMatchObject({ clientId: living.clientId, resumed: true, rooms: ["r"] });
    expect(valueOf(await restarted.hub.members(null, "r"))).toMatchObject([{ user: "ann", name: "Ann" }]);
    expect(await come(restarted, { resume: ended.resume })).toMatchObject({
      clientId: ended.clientId,
      rooms: ["q"],
    });
  });

  test("R-RESUME-NAME: a new name is taken and told, a missing one keeps the old, one that the token vouches for wins", async () => {
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authenticate: (token) => ok({ user: null, ...(token !== undefined && { name: token }) }),
      },
    });
    const other = await s.enter(["r"]);
    const first = await come(s, { name: "Ann", join: [{ room: "r" }] });
    await s.pass(1000);
    other.take();
    const names = async (): Promise<string[]> => {
      await s.pass(1000);
      return only(other.take(), "presence")
        .flatMap(({ updated }) => updated ?? [])
        .map(({ name }) => name);
    };
    const second = await come(s, { resume: first.resume, name: "Anna" });
    expect(await names()).toEqual(["Anna"]);
    const third = await come(s, { resume: second.resume });
    expect(await names()).toEqual([]);
    await come(s, { resume: third.resume, name: "Root", token: "Anne" });
    expect(await names()).toEqual(["Anne"]);
  });

  test("R-FORBIDDEN, threat 16: what a session may no longer enter is not entered on resume, and no ghost stays", async () => {
    let closed = false;
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: (_, { room }) => (closed && room === "a" ? refusal("forbidden") : undefined),
      },
    });
    const other = await s.enter(["a"]);
    const first = await come(s, { join: [{ room: "a" }, { room: "b" }] });
    await s.pass(1000);
    other.take();
    await first.client.end();
    closed = true;
    const client = s.connect();
    await client.hello({ resume: first.resume });
    expect(client.take()).toMatchObject([
      { type: "welcome", resumed: true },
      { type: "error", room: "a", code: "forbidden" },
      { type: "joined", room: "b" },
    ]);
    await s.pass(1000);
    expect(other.take()).toMatchObject([{ left: [{ clientId: first.clientId, reason: "forbidden" }] }]);
    expect(await s.sessions.find(first.clientId)).toMatchObject({ rooms: ["b"] });
  });
});

describe("expiry and refresh", () => {
  const ticking = (s: { clock: ManualClock }): Policy => ({
    ...OPEN_DOOR,
    authenticate: (token) =>
      token === undefined || token === "bad"
        ? err(refusal("unauthorised"))
        : ok({ user: token.split("+")[0]!, expiresAt: s.clock.now() + Number(token.split("+")[1]) }),
  });

  test("R-EXPIRY, threat 15: an expired token closes with 4401; with a new one the session comes back unnoticed", async () => {
    const clock = new ManualClock();
    const s = stage({ clock, policy: ticking({ clock }) });
    const other = await s.enter(["r"], { token: "ben+9999999" });
    const first = await come(s, { token: "ann+5000", join: [{ room: "r" }] });
    await s.pass(1000);
    other.take();
    await s.pass(3999);
    expect(first.client.closed).toBeUndefined();
    await s.pass(1);
    expect(first.client.connection.closed?.code).toBe(4401);
    const again = await come(s, { token: "ann+5000", resume: first.resume });
    expect(again.resumed).toBe(true);
    await s.pass(2000);
    expect(other.take()).toEqual([]);
    await s.pass(3000 + 15_000 + 100);
    expect(other.take()).toMatchObject([{ left: [{ clientId: first.clientId, reason: "expired" }] }]);
  });

  test("R-REFRESH, threat 15: a new token in place is acked and counts; a bad one or another user's is refused", async () => {
    const clock = new ManualClock();
    const s = stage({ clock, policy: ticking({ clock }) });
    const { client } = await come(s, { token: "ann+5000" });
    const refresh = (token: string): Promise<unknown> => client.ask({ type: "refresh", id: "t", token });
    expect(await refresh("bad")).toMatchObject([{ type: "error", id: "t", code: "unauthorised" }]);
    expect(await refresh("ben+5000")).toMatchObject([{ type: "error", id: "t", code: "unauthorised" }]);
    await s.pass(4000);
    client.take();
    expect(await refresh("ann+5000")).toMatchObject([{ type: "ack", id: "t" }]);
    await s.pass(4999);
    expect(client.closed).toBeUndefined();
    await s.pass(1);
    expect(client.connection.closed?.code).toBe(4401);
  });
});
