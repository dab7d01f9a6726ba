/** That a session is in a room, or out of it, is stored before it is told. */
import { err, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { fill } from "../../test/filling.ts";
import { type Client, type Stage, stage, typesOf } from "../../test/stage.ts";
import { MemorySessions } from "../memory/memory-sessions.ts";
import { ManualClock } from "../testing/manual-clock.ts";

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

  /** In no room, and stored so. */
  const outside = async (s: Stage, saved: () => void): Promise<Client> => {
    const client = s.connect();
    client.say({ type: "hello", protocol: 1, join: [] });
    await s.settle();
    saved();
    await s.settle();
    client.take();
    return client;
  };

  test("R-JOIN-KEPT: a join is answered once the session is stored in that room, and what came meanwhile follows", async () => {
    const clock = new ManualClock();
    const { sessions, rooms, saved } = sickSessions(clock);
    const s = stage({ clock, sessions });
    const ann = await outside(s, saved);
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
    const ann = await outside(s, saved);
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
