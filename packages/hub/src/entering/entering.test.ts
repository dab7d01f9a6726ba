import { MAX_PAGE_EVENTS } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { fill, upTo } from "../../test/filling.ts";
import { newLog, RebornLog } from "../../test/logs.ts";
import { only, stage, typesOf, valueOf } from "../../test/stage.ts";

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

  test("R-READS: a storm of hellos asks the log for so many rooms at once, and who has gone meanwhile for none", async () => {
    const s = stage({ settings: { hellosPerSecond: 0 } });
    s.log.holdReads();
    const clients = Array.from({ length: 300 }, () => s.connect());
    for (const [index, client] of clients.entries()) {
      const join = ["a", "b", "c", "d"].map((room) => ({ room: `${room}-${index}` }));
      client.say({ type: "hello", protocol: 1, join });
    }
    await s.settle();
    expect(s.log.reads).toBe(1_024);
    const gone = clients.pop()!;
    await gone.end();
    s.log.deliverReads();
    await s.settle();
    for (const client of clients)
      expect(typesOf(client.take())).toEqual(["welcome", "joined", "joined", "joined", "joined"]);
    expect(s.hub.rooms().filter(({ room }) => room.endsWith("-299"))).toEqual([]);
  });
});
