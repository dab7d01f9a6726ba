/** R-DELETE: what a room has said is gone, whoever reads or publishes meanwhile. */
import { err, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { newLog, SickLog } from "../../test/logs.ts";
import { only, type Stage, stage, typesOf, valueOf } from "../../test/stage.ts";

const say = (s: Stage, id: string): ReturnType<Stage["hub"]["publish"]> =>
  s.hub.publish({ room: "r", event: "message", data: { text: id }, id });

const kept = async (s: Stage): Promise<string[]> =>
  valueOf(await s.hub.history(null, "r")).events.map(({ id }) => id);

describe("R-DELETE", () => {
  test("members stay, and are told in its place among the events; the count begins anew", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const ben = await s.enter(["other"]);
    await s.pass(1000);
    ann.take();
    const [, removed] = await Promise.all([say(s, "a"), s.hub.deleteRoom("r"), say(s, "b")]);
    const { position } = valueOf(removed);
    await s.settle();
    expect(position.offset).toBe(0);
    expect(ann.take()).toMatchObject([
      { type: "event", id: "a", offset: 1 },
      { type: "gap", room: "r", reason: "recreated", from: null, to: null, position },
      { type: "event", id: "b", offset: 1 },
    ]);
    expect(ben.take()).toEqual([]);
    expect(await kept(s)).toEqual(["b"]);
    expect(valueOf(await s.hub.members(null, "r"))).toHaveLength(1);
    expect(s.told).toContainEqual({ kind: "room_deleted", room: "r" });
  });

  test("a position of the life before is answered with the gap, and all that is kept", async () => {
    const s = stage();
    await say(s, "a");
    const { position: since } = valueOf(await s.hub.history(null, "r"));
    await s.hub.deleteRoom("r");
    await say(s, "b");
    const ann = s.connect();
    await ann.hello({ join: [{ room: "r", since }] });
    expect(only(ann.take(), "joined")).toMatchObject([
      {
        recovered: false,
        gap: { reason: "recreated", from: null, to: null, position: { offset: 1 } },
        events: [{ id: "b", offset: 1 }],
      },
    ]);
  });

  test.each([
    { when: "before anything else", after: [] },
    { when: "and spoken in again", after: ["c"] },
  ])(
    "deleted while it is entered, $when, it shows one life only, and the gap to nobody",
    async ({ after }) => {
      const s = stage();
      await say(s, "a");
      s.log.holdReads();
      const ann = s.connect();
      ann.say({ type: "hello", protocol: 1, join: [{ room: "r" }] });
      await s.settle();
      await say(s, "b");
      await s.hub.deleteRoom("r");
      for (const id of after) await say(s, id);
      s.log.deliverReads();
      await s.settle();
      await say(s, "z");
      await s.settle();
      const messages = ann.take();
      const ids = messages.flatMap((message) =>
        message.type === "joined"
          ? message.events.map(({ id }) => id)
          : message.type === "event"
            ? [message.id]
            : [],
      );
      expect(ids).toEqual([...after, "z"]);
      expect(only(messages, "gap")).toEqual([]);
    },
  );

  test("P-PUB-4: a publish of the life before is acked where it was, and nobody hears it again", async () => {
    const s = stage();
    const ann = await s.enter(["r"]);
    const publish = { type: "publish", id: "1", room: "r", event: "message", data: { text: "hi" } };
    const [first] = only(await ann.ask(publish), "ack");
    await s.hub.deleteRoom("r");
    await s.settle();
    ann.take();
    expect(await ann.ask(publish)).toEqual([{ ...first, duplicate: true }]);
    expect(await kept(s)).toEqual([]);
  });

  test("a name that is none, a store in trouble, and a server that goes delete nothing, and say so", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    const ann = await s.enter(["r"]);
    await say(s, "a");
    await s.settle();
    ann.take();
    expect(await s.hub.deleteRoom("no room")).toEqual(err(refusal("bad_room")));
    log.refusal = refusal("storage_unavailable");
    expect(await s.hub.deleteRoom("r")).toEqual(err(log.refusal));
    log.refusal = undefined;
    log.throws = true;
    expect(await s.hub.deleteRoom("r")).toEqual(err(refusal("internal")));
    log.throws = false;
    expect(await kept(s)).toEqual(["a"]);
    expect(ann.take()).toEqual([]);
    await s.drain();
    expect(await s.hub.deleteRoom("r")).toMatchObject({ ok: false, error: { code: "overloaded" } });
    expect(typesOf(ann.take())).toEqual(["drain"]);
  });

  test("a drain waits for a deletion that is under way", async () => {
    const s = stage();
    s.log.holdAppends();
    const deleting = s.hub.deleteRoom("r");
    await s.settle();
    const drained = s.drain();
    await s.settle();
    s.log.commit();
    expect(await deleting).toMatchObject({ ok: true });
    await drained;
  });
});
