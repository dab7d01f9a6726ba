import { err, MAX_PAGE_EVENTS, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { LateLog, newLog, RebornLog, SickLog, StaleLog } from "../test/logs.ts";
import { type Client, only, type Stage, stage, typesOf, valueOf } from "../test/stage.ts";
import { MemorySessions } from "./memory-sessions.ts";
import { OPEN_DOOR } from "./policy.ts";
import { ManualClock } from "./testing/manual-clock.ts";

/** The application publishes so many, under the ids e1, e2 … */
async function fill(s: Stage, room: string, count: number, first = 1): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => index + first);
  const all = events.map((n) =>
    s.hub.publish({ room, event: "message", data: { text: `${n}` }, id: `e${n}` }),
  );
  for (const one of await Promise.all(all)) valueOf(one);
}

const offsetsOf = (client: Client): (number | undefined)[] =>
  client
    .seen()
    .flatMap((message) =>
      message.type === "joined" ? message.events : message.type === "event" ? [message] : [],
    )
    .map(({ offset }) => offset);

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("join", () => {
  test("P-JOIN-1 P-JOIN-2 P-JOIN-6 C1, C5, C8: joined tells the top, the members, oneself among them, and the newest 50 events", async () => {
    const s = stage();
    await fill(s, "r", 60);
    const ann = await s.enter(["r"], { name: "Ann" });
    const ben = await s.enter([]);
    const [joined] = only(await ben.ask({ type: "join", id: "j", room: "r" }), "joined");
    expect(joined).toMatchObject({
      id: "j",
      room: "r",
      recovered: false,
      count: 2,
      position: { offset: 60 },
    });
    expect(joined!.members.map(({ clientId }) => clientId)).toEqual([ann.id, ben.id]);
    expect(joined!.events.map(({ offset }) => offset)).toEqual(upTo(60, 11));
    expect(joined).not.toHaveProperty("more");
    expect(joined).not.toHaveProperty("gap");
  });

  test("P-JOIN-2 C8: `history` says how many of the newest, 300 at most, 0 for none", async () => {
    const s = stage();
    await fill(s, "r", 400);
    const client = await s.enter([]);
    for (const [history, count] of [
      [0, 0],
      [1, 1],
      [299, 299],
      [301, 300],
      [1e9, 300],
    ] as const) {
      const [joined] = only(await client.ask({ type: "join", id: "j", room: "r", history }), "joined");
      expect(joined!.events).toHaveLength(count);
      expect(joined).not.toHaveProperty("more");
    }
  });

  test("R-RECOVERED, C8: `since` wins over `history`, and gives all that is missing, in pages", async () => {
    const s = stage();
    await fill(s, "r", 700);
    const client = await s.enter([]);
    const { epoch } = valueOf(await s.hub.history(null, "r")).position;
    const since = { epoch, offset: 100 };
    const [joined] = only(
      await client.ask({ type: "join", id: "j", room: "r", since, history: 5 }),
      "joined",
    );
    expect(joined).toMatchObject({ recovered: true, more: true, position: { epoch, offset: 700 } });
    expect(joined!.events.map(({ offset }) => offset)).toEqual(upTo(400, 101));
    const [rest] = only(
      await client.ask({ type: "history", id: "h", room: "r", after: 400, limit: MAX_PAGE_EVENTS }),
      "history",
    );
    expect(rest).toMatchObject({ more: false });
    expect(rest!.events.map(({ offset }) => offset)).toEqual(upTo(700, 401));
    const [nothing] = only(
      await client.ask({ type: "join", id: "k", room: "r", since: { epoch, offset: 700 } }),
      "joined",
    );
    expect(nothing).toMatchObject({ recovered: true, events: [] });
  });

  test("R-GAP-TRIMMED: who was away for too long is told what is missing, and gets what is kept", async () => {
    const s = stage({ log: newLog(1, 8) });
    await fill(s, "r", 20);
    const client = await s.enter([]);
    const { epoch } = valueOf(await s.hub.history(null, "r")).position;
    const [joined] = only(
      await client.ask({ type: "join", id: "j", room: "r", since: { epoch, offset: 2 } }),
      "joined",
    );
    const floor = joined!.events[0]!.offset! - 1;
    expect(joined).toMatchObject({
      recovered: false,
      gap: { reason: "trimmed", from: 3, to: floor, position: { epoch, offset: 20 } },
    });
    expect(joined!.events.map(({ offset }) => offset)).toEqual(upTo(20, floor + 1));
  });

  test("R-GAP-LOST-TAIL: a position beyond the top is told to that client alone", async () => {
    const s = stage();
    await fill(s, "r", 3);
    const other = await s.enter(["r"]);
    const client = await s.enter([]);
    const { epoch } = valueOf(await s.hub.history(null, "r")).position;
    const [joined] = only(
      await client.ask({ type: "join", id: "j", room: "r", since: { epoch, offset: 9 } }),
      "joined",
    );
    expect(joined).toMatchObject({
      gap: { reason: "store_lost_tail", from: 4, to: 9 },
      events: [],
      recovered: false,
    });
    await s.pass(1000);
    expect(typesOf(other.take())).toEqual(["presence"]);
  });

  test("R-GAP-EPOCH: a position of another life of the room gets the reason and all that is kept", async () => {
    for (const reason of ["recreated", "failover"] as const) {
      const log = new RebornLog();
      const s = stage({ log });
      await fill(s, "r", 5);
      const { epoch } = valueOf(await s.hub.history(null, "r")).position;
      log.beReborn();
      log.reason = reason;
      await fill(s, "r", 400);
      const client = await s.enter([]);
      const [joined] = only(
        await client.ask({ type: "join", id: "j", room: "r", since: { epoch, offset: 4 } }),
        "joined",
      );
      const { position } = joined!;
      expect(position.epoch).not.toBe(epoch);
      expect(joined).toMatchObject({
        recovered: false,
        more: true,
        gap: { reason, from: null, to: null, position },
      });
      expect(joined!.events.map(({ offset }) => offset)).toEqual(upTo(300));
    }
  });
});

describe("join while events flow", () => {
  test("R-MERGE: what comes while the snapshot is read follows it, nothing twice and nothing lost", async () => {
    const s = stage();
    await fill(s, "r", 3);
    s.log.holdReads();
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    await s.settle();
    await fill(s, "r", 4, 4);
    await s.settle();
    expect(typesOf(client.seen())).toEqual(["welcome"]);
    s.log.deliverReads();
    await s.settle();
    await fill(s, "r", 2, 8);
    await s.settle();
    expect(only(client.seen(), "joined")[0]).toMatchObject({ position: { offset: 3 } });
    expect(offsetsOf(client)).toEqual(upTo(9));
  });

  test("R-MERGE: a snapshot that shows what was held as well drops it from what was held", async () => {
    const s = stage();
    await fill(s, "r", 3);
    s.log.holdAppends();
    const client = s.connect();
    const pending = fill(s, "r", 2, 4);
    client.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    // The subscription is there, the snapshot is not: the commit comes in between.
    for (let tick = 0; tick < 40 && s.hub.counts().rooms === 0; tick += 1) await Promise.resolve();
    s.log.commit();
    await pending;
    await s.settle();
    expect(offsetsOf(client)).toEqual(upTo(5));
  });

  test("R-MERGE: a snapshot that shows what is announced only later is not told it twice", async () => {
    const log = new LateLog(newLog());
    const s = stage({ log });
    const ann = await s.enter(["r"]);
    const ben = s.connect();
    await fill(s, "r", 2);
    log.late = true;
    await fill(s, "r", 2, 3);
    await ben.hello({ join: [{ room: "r" }] });
    expect(only(ben.seen(), "joined")[0]).toMatchObject({ position: { offset: 4 } });
    log.announce();
    await fill(s, "r", 1, 5);
    await s.settle();
    expect(offsetsOf(ann)).toEqual(upTo(5));
    expect(offsetsOf(ben)).toEqual(upTo(5));
  });

  test("R-READ-AGAIN: a hole between snapshot and live events makes it be read once more", async () => {
    const log = new StaleLog(newLog());
    const s = stage({ log });
    await fill(s, "r", 3);
    log.staleReads = 1;
    s.log.holdReads();
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [{ room: "r", history: 300 }] });
    await s.settle();
    await fill(s, "r", 2, 4);
    s.log.deliverReads();
    await s.settle();
    expect(log.reads).toBe(2);
    expect(offsetsOf(client)).toEqual(upTo(5));
  });

  test("R-READ-AGAIN: log and relay that stay apart are a retryable refusal, and never a silent hole", async () => {
    const log = new StaleLog(newLog());
    const s = stage({ log });
    await fill(s, "r", 3);
    log.staleReads = 99;
    s.log.holdReads();
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    await s.settle();
    await fill(s, "r", 2, 4);
    s.log.deliverReads();
    await s.settle();
    expect(client.take()).toMatchObject([
      { type: "welcome" },
      { type: "error", room: "r", code: "storage_unavailable", retry: "same_id" },
    ]);
    expect(s.hub.counts().rooms).toBe(0);
  });

  test("R-READ-AGAIN: a room that is made anew while it is joined shows one life only", async () => {
    const log = new RebornLog();
    const s = stage({ log });
    await fill(s, "r", 5);
    s.log.holdReads();
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
    await s.settle();
    await fill(s, "r", 1, 6);
    log.beReborn();
    await fill(s, "r", 2, 7);
    s.log.deliverReads();
    await s.settle();
    expect(offsetsOf(client)).toEqual([1, 2]);
  });

  test("R-HELD-BOUND: more than 1 MiB held for one reader is let go, and read again", async () => {
    const s = stage();
    await fill(s, "r", 1);
    const since = { epoch: await epochOf(s), offset: 0 };
    s.log.holdReads();
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [{ room: "r", since }] });
    await s.settle();
    const text = "x".repeat(4000);
    for (let n = 2; n <= 290; n += 1) {
      await s.hub.publish({ room: "r", event: "message", data: { text }, id: `e${n}` });
    }
    s.log.deliverReads();
    await s.settle();
    const offsets = offsetsOf(client);
    const [joined] = only(client.seen(), "joined");
    expect(joined).toMatchObject({ position: { offset: 290 }, more: true });
    expect(offsets).toEqual(upTo(offsets.length));
  });

  test("R-HELD-BOUND: also while it waits for its turn behind another room of the same hello", async () => {
    let letIn: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (letIn = resolve));
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: (_, action) => (action.room === "slow" ? slow.then(() => undefined) : undefined),
      },
    });
    await fill(s, "r", 1);
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [{ room: "slow" }, { room: "r", history: 0 }] });
    await s.settle();
    const text = "x".repeat(4000);
    for (let n = 2; n <= 290; n += 1) {
      await s.hub.publish({ room: "r", event: "message", data: { text }, id: `e${n}` });
    }
    letIn();
    await s.settle();
    const joined = only(client.seen(), "joined").find(({ room }) => room === "r");
    expect(joined).toMatchObject({ position: { offset: 290 } });
    await s.hub.publish({ room: "r", event: "message", data: { text: "next" }, id: "e291" });
    await s.settle();
    expect(only(client.seen(), "event").map(({ offset }) => offset)).toEqual([291]);
  });

  test("R-SLOW: who asks for many rooms gets them as fast as it reads, and is not closed for it", async () => {
    const s = stage();
    await fill(s, "a", 1);
    const client = s.connect();
    client.connection.bufferedBytes = 600 * 1024;
    client.say({ type: "hello", protocol: 1, join: [{ room: "a" }, { room: "b" }] });
    await s.pass(200);
    expect(only(client.seen(), "joined").map(({ room }) => room)).toEqual(["a"]);
    client.connection.bufferedBytes = 0;
    await s.pass(100);
    expect(only(client.seen(), "joined").map(({ room }) => room)).toEqual(["a", "b"]);
    expect(client.connection.closed).toBeUndefined();
  });
});

const epochOf = async (s: Stage): Promise<string> => valueOf(await s.hub.history(null, "r")).position.epoch;

describe("join, kept", () => {
  const sickSessions = (
    clock: ManualClock,
  ): { sessions: MemorySessions; saved: () => void; rooms: string[][] } => {
    const sessions = new MemorySessions(clock);
    const save = sessions.save.bind(sessions);
    const waiting: (() => void)[] = [];
    const rooms: string[][] = [];
    sessions.save = async (session) => {
      rooms.push([...session.rooms]);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return save(session);
    };
    return { sessions, rooms, saved: () => waiting.splice(0).forEach((resolve) => resolve()) };
  };

  test("R-JOIN-KEPT: a join is answered once the session is stored in that room, and what came meanwhile follows", async () => {
    const clock = new ManualClock();
    const { sessions, rooms, saved } = sickSessions(clock);
    const s = stage({ clock, sessions });
    const ann = s.connect();
    ann.say({ type: "hello", protocol: 1, join: [] });
    await s.settle();
    saved();
    await s.settle();
    ann.take();
    ann.say({ type: "join", id: "j", room: "general" });
    await s.settle();
    void s.hub.publish({ room: "general", event: "message", data: { text: "meanwhile" } });
    await s.settle();
    expect(ann.take()).toEqual([]);
    expect(rooms).toEqual([[], ["general"]]);
    saved();
    await s.settle();
    expect(typesOf(ann.take())).toEqual(["joined", "event"]);
    // Nothing has changed that would have to be kept.
    expect(typesOf(await ann.ask({ type: "join", id: "k", room: "general" }))).toEqual(["joined"]);
    expect(rooms).toHaveLength(2);
    saved();
  });

  test("R-JOIN-KEPT: a room that cannot be read after all is no room to come back to", async () => {
    const clock = new ManualClock();
    const { sessions, rooms, saved } = sickSessions(clock);
    const s = stage({ clock, sessions });
    const ann = s.connect();
    ann.say({ type: "hello", protocol: 1, join: [] });
    await s.settle();
    saved();
    await s.settle();
    ann.take();
    const read = s.log.read.bind(s.log);
    s.log.read = () => Promise.resolve(err(refusal("storage_unavailable")));
    ann.say({ type: "join", id: "j", room: "general" });
    await s.settle();
    saved();
    await s.settle();
    expect(ann.take()).toMatchObject([{ type: "error", id: "j", code: "storage_unavailable" }]);
    expect(rooms).toEqual([[], ["general"], []]);
    s.log.read = read;
    saved();
  });

  test("R-LEAVE-KEPT: a leave is answered once the session is stored without that room, and what is said next waits", async () => {
    const clock = new ManualClock();
    const { sessions, rooms, saved } = sickSessions(clock);
    const s = stage({ clock, sessions });
    const ann = s.connect();
    ann.say({ type: "hello", protocol: 1, join: [{ room: "r" }, { room: "q" }] });
    await s.settle();
    saved();
    await s.settle();
    ann.take();
    ann.say({ type: "leave", id: "l", room: "r" });
    ann.say({ type: "join", id: "j", room: "r" });
    await s.settle();
    await fill(s, "r", 1);
    await s.settle();
    expect(typesOf(ann.take()), "it is in until it is told").toEqual(["event"]);
    expect(rooms.at(-1)).toEqual(["q"]);
    saved();
    await s.settle();
    expect(typesOf(ann.take())).toEqual(["left"]);
    saved();
    await s.settle();
    expect(typesOf(ann.take())).toEqual(["joined"]);
  });
});

describe("join, again and away", () => {
  test("R-REJOIN: a second join of a room starts a new stay: nothing twice, nothing lost, nobody told", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = await s.enter(["r"]);
    await s.pass(1000);
    ann.take();
    await fill(s, "r", 2);
    await s.settle();
    expect(offsetsOf(ben)).toEqual([1, 2]);
    const since = { epoch: await epochOf(s), offset: 2 };
    s.log.holdReads();
    ben.take();
    ben.say({ type: "join", id: "j", room: "r", since });
    await s.settle();
    await fill(s, "r", 2, 3);
    await s.settle();
    expect(ben.seen()).toEqual([]);
    s.log.deliverReads();
    await s.settle();
    await fill(s, "r", 1, 5);
    await s.pass(1000);
    expect(offsetsOf(ben)).toEqual([3, 4, 5]);
    expect(only(ann.take(), "presence")).toEqual([]);
  });

  test("R-KICK: who is taken out of a room while joining it is told left and refused, and gets nothing more", async () => {
    const s = stage();
    const client = await s.enter([]);
    s.log.holdReads();
    client.say({ type: "join", id: "j", room: "r" });
    await s.settle();
    expect(s.hub.kick(client.id, "r")).toBe(true);
    s.log.deliverReads();
    await fill(s, "r", 1);
    await s.settle();
    expect(client.take()).toMatchObject([
      { type: "left", room: "r", reason: "kicked" },
      { type: "error", id: "j", room: "r", code: "forbidden" },
    ]);
    expect(s.hub.counts().rooms).toBe(0);
  });

  test("A9: a socket that is lost while joining is no member and no ghost, and its room goes with it", async () => {
    const s = stage();
    const other = await s.enter(["r"]);
    const client = await s.enter([]);
    s.log.holdReads();
    client.say({ type: "join", id: "j", room: "r" });
    await s.settle();
    await client.end();
    s.log.deliverReads();
    await s.pass(15_000);
    expect(s.hub.counts()).toEqual({ connections: 1, sessions: 1, rooms: 1 });
    expect(only(other.take(), "presence")).toEqual([]);
    expect(valueOf(await s.hub.members(null, "r"))).toHaveLength(1);
  });

  test("A9: who is kicked, or loses its socket, while the policy is asked does not enter any more", async () => {
    for (const go of ["kick", "end"] as const) {
      let allow = (): void => undefined;
      const asked = (): Promise<undefined> =>
        new Promise((resolve) => {
          allow = () => {
            resolve(undefined);
          };
        });
      const s = stage({ policy: { ...OPEN_DOOR, authorise: asked } });
      const client = await s.enter([]);
      client.say({ type: "join", id: "j", room: "r" });
      await s.settle();
      if (go === "kick") s.hub.kick(client.id);
      else await client.end(1000);
      allow();
      await s.settle();
      expect(s.hub.counts()).toEqual({ connections: 0, sessions: 0, rooms: 0 });
    }
  });

  test("R-FORBIDDEN, C7: who may not join is told forbidden, and is not in the room even if it was before", async () => {
    let closed = false;
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: async (_, { kind, room }) =>
          kind === "join" && room === "r" && closed ? refusal("forbidden") : undefined,
      },
    });
    const other = await s.enter(["r"]);
    const client = await s.enter(["r"]);
    await s.pass(1000);
    other.take();
    closed = true;
    expect(await client.ask({ type: "join", id: "j", room: "r" })).toMatchObject([
      { type: "error", id: "j", room: "r", code: "forbidden", retry: "no" },
    ]);
    await fill(s, "r", 1);
    await s.pass(1000);
    expect(client.take()).toEqual([]);
    expect(other.take()).toMatchObject([
      { type: "event" },
      { left: [{ clientId: client.id, reason: "forbidden" }] },
    ]);
    const publish = { type: "publish", id: "p", room: "r", event: "message", data: { text: "x" } };
    expect(await client.ask(publish)).toMatchObject([{ code: "not_joined" }]);
  });

  test("R-ROOMS-PER-SESSION: one room too many is too_many; leaving one makes place", async () => {
    const s = stage({ settings: { roomsPerSession: 2 } });
    const client = s.connect();
    await client.hello({ join: [{ room: "a" }, { room: "b" }, { room: "c" }] });
    expect(client.take().slice(1)).toMatchObject([
      { type: "joined", room: "a" },
      { type: "joined", room: "b" },
      { type: "error", room: "c", code: "too_many" },
    ]);
    expect(typesOf(await client.ask({ type: "join", id: "1", room: "b" }))).toEqual(["joined"]);
    expect(typesOf(await client.ask({ type: "leave", id: "2", room: "a" }))).toEqual(["left"]);
    expect(typesOf(await client.ask({ type: "join", id: "3", room: "c" }))).toEqual(["joined"]);
  });

  test("R-LOG-FAILS: a log that refuses or throws is told, the room is not entered, and may be joined later", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    const client = await s.enter([]);
    log.refusal = refusal("storage_unavailable");
    expect(await client.ask({ type: "join", id: "1", room: "r" })).toMatchObject([
      { type: "error", id: "1", room: "r", code: "storage_unavailable", retry: "same_id" },
    ]);
    log.refusal = undefined;
    log.throws = true;
    const hello = s.connect();
    await hello.hello({ join: [{ room: "x" }, { room: "y" }] });
    expect(hello.take().slice(1)).toMatchObject([
      { room: "x", code: "internal" },
      { room: "y", code: "internal" },
    ]);
    expect(s.hub.counts().rooms).toBe(0);
    log.throws = false;
    expect(typesOf(await client.ask({ type: "join", id: "2", room: "r" }))).toEqual(["joined"]);
  });

  test("R-LEAVE, A5, C2: leave is answered, and the others are told who left and why", async () => {
    const s = stage();
    const ann = await s.enter(["r", "q"]);
    const ben = await s.enter(["r"], { name: "Ben" });
    await s.pass(1000);
    ann.take();
    expect(await ben.ask({ type: "leave", id: "l", room: "r" })).toEqual([
      { type: "left", id: "l", room: "r", reason: "left" },
    ]);
    expect(await ben.ask({ type: "leave", id: "m", room: "r" })).toMatchObject([
      { id: "m", code: "not_joined" },
    ]);
    await s.pass(1000);
    expect(ann.take()).toEqual([
      { type: "presence", room: "r", count: 1, left: [{ clientId: ben.id, reason: "left" }] },
    ]);
    await fill(s, "r", 1);
    await s.settle();
    expect(ben.take()).toEqual([]);
  });
});
