/** Entering a room while its events flow: nothing is missed, doubled or out of order. */
import { describe, expect, test } from "vitest";

import { epochOf, fill, offsetsOf, upTo } from "../../test/filling.ts";
import { LateLog, newLog, RebornLog, StaleLog } from "../../test/logs.ts";
import { only, stage, typesOf } from "../../test/stage.ts";
import { OPEN_DOOR } from "../ports/policy.ts";

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
