import { refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { newLog, SickLog } from "../../test/logs.ts";
import { only, type Stage, stage, typesOf, valueOf } from "../../test/stage.ts";
import { OPEN_DOOR } from "../ports/policy.ts";

const ask = (id: string, rest: object = {}): object => ({ type: "history", id, room: "r", ...rest });

async function filled(count: number): Promise<Stage> {
  const s = stage();
  for (let n = 1; n <= count; n += 1) {
    valueOf(await s.hub.publish({ room: "r", event: "message", data: { text: `${n}` } }));
  }
  return s;
}

describe("history", () => {
  test("P-HIST-1 P-HIST-2 P-HIST-3 C8: without a bound the newest 50, with `before` the newest before it, with `after` the oldest behind it", async () => {
    const s = await filled(400);
    const client = await s.enter(["r"]);
    const page = async (rest: object): Promise<[number, number, boolean]> => {
      const [got] = only(await client.ask(ask("h", rest)), "history");
      expect(got).toMatchObject({ id: "h", room: "r", position: { offset: 400 } });
      const offsets = got!.events.map(({ offset }) => offset!);
      expect(offsets).toEqual(offsets.map((_, index) => offsets[0]! + index));
      return [offsets[0]!, offsets.at(-1)!, got!.more];
    };
    expect(await page({})).toEqual([351, 400, true]);
    expect(await page({ before: 351, limit: 50 })).toEqual([301, 350, true]);
    expect(await page({ before: 11, limit: 10 })).toEqual([1, 10, false]);
    expect(await page({ after: 390 })).toEqual([391, 400, false]);
    expect(await page({ after: 0, limit: 300 })).toEqual([1, 300, true]);
    expect(await page({ limit: 5000 })).toEqual([101, 400, true]);
    expect(await client.ask(ask("h", { after: 1, before: 9 }))).toMatchObject([{ code: "bad_message" }]);
  });

  test("R-NOT-JOINED: who is not in the room is refused, whether the room exists or not", async () => {
    const s = await filled(1);
    const client = await s.enter([]);
    for (const room of ["r", "nothing-here"]) {
      expect(await client.ask(ask("h", { room }))).toEqual([
        {
          ...{ type: "error", id: "h", room, code: "not_joined" },
          ...{ message: "join the room first", retry: "no" },
        },
      ]);
    }
  });

  test("R-NOT-JOINED: who was taken out of the room while it was read gets nothing of it", async () => {
    const s = await filled(3);
    const client = await s.enter(["r"]);
    s.log.holdReads();
    client.say(ask("h"));
    await s.settle();
    s.hub.kick(client.id, "r");
    s.log.deliverReads();
    await s.settle();
    expect(client.take()).toMatchObject([{ type: "left" }, { type: "error", id: "h", code: "not_joined" }]);
  });

  test("R-HISTORY-ASIDE: a page that takes its time does not hold up a publish, but a second page does", async () => {
    const s = await filled(3);
    const client = await s.enter(["r"]);
    s.log.holdReads();
    client.say(ask("1"));
    client.say({ type: "publish", id: "p", room: "r", event: "message", data: { text: "x" } });
    await s.settle();
    expect(typesOf(client.take())).toEqual(["event", "ack"]);
    client.say(ask("2"));
    client.say(ask("3"));
    client.say({ type: "ping" });
    await s.settle();
    expect(s.log.reads).toBe(2);
    expect(client.take()).toEqual([]);
    s.log.deliverRead(0);
    s.log.deliverRead(0);
    await s.settle();
    expect(client.take().map((each) => ("id" in each ? each.id : each.type))).toEqual(["1", "2", "pong"]);
    s.log.deliverReads();
    await s.settle();
    expect(client.take()).toMatchObject([{ id: "3" }]);
  });

  test("R-LOG-FAILS: a log that refuses or throws is answered", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    const client = await s.enter(["r"]);
    log.refusal = refusal("storage_unavailable");
    expect(await client.ask(ask("h"))).toMatchObject([{ id: "h", room: "r", code: "storage_unavailable" }]);
    log.throws = true;
    expect(await client.ask(ask("h"))).toMatchObject([{ id: "h", room: "r", code: "internal" }]);
    expect(s.faults()).toHaveLength(1);
  });

  test("R-FORBIDDEN: the policy is asked for each page", async () => {
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: (_, { kind }) => (kind === "history" ? refusal("forbidden") : undefined),
      },
    });
    const client = await s.enter(["r"]);
    expect(await client.ask(ask("h"))).toMatchObject([{ id: "h", code: "forbidden" }]);
  });
});
