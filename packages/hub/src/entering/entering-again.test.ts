/** Joining again, leaving, and not being let in. */
import { refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { epochOf, fill, offsetsOf } from "../../test/filling.ts";
import { newLog, SickLog } from "../../test/logs.ts";
import { only, stage, typesOf, valueOf } from "../../test/stage.ts";
import { OPEN_DOOR } from "../ports/policy.ts";

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
