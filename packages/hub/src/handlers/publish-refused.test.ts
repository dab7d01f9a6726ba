/** What is refused, and that nothing overtakes it. */
import { refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { newLog, SickLog } from "../../test/logs.ts";
import { publish, short, three } from "../../test/publishing.ts";
import { stage, typesOf, valueOf } from "../../test/stage.ts";

describe("publish, refused", () => {
  test("R-FIFO: behind a retryable refusal the room is barred until the refused one is repeated, other rooms are not", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    const ann = await s.enter(["general", "other"]);
    log.refusal = refusal("storage_full");
    expect(short(await ann.ask(publish("1")))).toEqual(["1?storage_full"]);
    log.refusal = undefined;
    expect(await ann.ask(publish("2"))).toMatchObject([{ code: "overloaded", retry: "same_id", id: "2" }]);
    expect(short(await ann.ask(publish("3", { event: "typing", data: { on: true } })))).toEqual([
      "3?overloaded",
    ]);
    expect(short(await ann.ask(publish("4", { room: "other" })))).toEqual(["4", "4!"]);
    expect(short(await ann.ask(publish("1")))).toEqual(["1", "1!"]);
    expect(short(await ann.ask(publish("2")))).toEqual(["2", "2!"]);
  });

  test("R-FIFO: a group that the log refuses in flight is barred at its first, and comes back in order", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    for (const id of ["1", "2", "3"]) ann.say(publish(id));
    s.log.refuseAppends(refusal("storage_unavailable"));
    ann.say(publish("4"));
    s.log.commit();
    await s.settle();
    expect(short(ann.take())).toEqual([
      ...["1?storage_unavailable", "2?storage_unavailable", "3?storage_unavailable"],
      "4?overloaded",
    ]);
    for (const id of ["2", "1", "2", "3", "4"]) ann.say(publish(id));
    await s.settle();
    expect(short(ben.take())).toEqual(["1", "2", "3", "4"]);
    expect(short(ann.take())[0]).toBe("2?overloaded");
  });

  test("R-FIFO: a limit refuses at once, the log later: the earliest is still the one to be repeated first", async () => {
    const s = stage({ settings: { messagesPerSecond: 1 } });
    const [ann, ben] = await three(s);
    await s.pass(5000);
    ann.take();
    s.log.holdAppends();
    for (const id of ["1", "2", "3"]) ann.say(publish(id));
    await s.settle();
    expect(short(ann.take())).toEqual(["3?overloaded"]);
    s.log.refuseAppends(refusal("storage_unavailable"));
    s.log.commit();
    await s.settle();
    expect(short(ann.take())).toEqual(["1?storage_unavailable", "2?storage_unavailable"]);
    for (const id of ["3", "1", "2", "3"]) {
      await s.pass(1000);
      ann.say(publish(id));
    }
    await s.settle();
    expect(short(ann.take())[0]).toBe("3?overloaded");
    expect(short(ben.take())).toEqual(["1", "2", "3"]);
  });

  test("P-PUB-13 S2: a repetition whose id may be forgotten is id_expired, and no second event", async () => {
    const s = stage();
    const ann = await s.enter();
    const hourMs = 3_600_000;
    expect(short(await ann.ask(publish("1")))).toEqual(["1", "1!"]);
    await s.pass(23 * hourMs);
    expect(short(await ann.ask(publish("1", { age: 23 * hourMs })))).toEqual(["1!"]);
    // Others publish, and the log looks for what it may forget.
    await s.pass(2 * hourMs);
    expect(short(await ann.ask(publish("2")))).toEqual(["2", "2!"]);
    expect(await ann.ask(publish("1", { age: 25 * hourMs }))).toMatchObject([
      { type: "error", id: "1", code: "id_expired", retry: "no" },
    ]);
    expect(short(await ann.ask(publish("3")))).toEqual(["3", "3!"]);
    const { events } = valueOf(await s.hub.history(null, "general"));
    expect(events.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    // Who does not say how late it is shows that the log had forgotten it.
    expect(short(await ann.ask(publish("1")))).toEqual(["1", "1!"]);
  });

  test("R-FIFO: a refusal that no repeating can help bars nothing, and joining again starts afresh", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    const ann = await s.enter();
    log.refusal = refusal("quota");
    expect(short(await ann.ask(publish("1")))).toEqual(["1?quota"]);
    log.refusal = refusal("storage_full");
    expect(short(await ann.ask(publish("2")))).toEqual(["2?storage_full"]);
    log.refusal = undefined;
    expect(short(await ann.ask(publish("3")))).toEqual(["3?overloaded"]);
    expect(typesOf(await ann.ask({ type: "join", id: "j", room: "general" }))).toEqual(["joined"]);
    expect(short(await ann.ask(publish("4")))).toEqual(["4", "4!"]);
  });

  test("R-LOG-FAILS: a log that throws is answered internal, reported, and waits for nothing", async () => {
    const log = new SickLog(newLog());
    const s = stage({ log });
    const ann = await s.enter();
    log.throws = true;
    expect(short(await ann.ask(publish("1")))).toEqual(["1?internal"]);
    expect(s.faults()).toMatchObject([{ where: "log" }]);
    log.throws = false;
    expect(short(await ann.ask(publish("1")))).toEqual(["1", "1!"]);
    await s.drain();
  });

  test("R-UNSETTLED: publishes that wait for the log are bounded per connection, and what is over is repeated in order", async () => {
    const s = stage({ settings: { maxUnsettledBytes: 3000, messagesPerSecond: 0 } });
    const [ann, ben] = await three(s);
    const text = "x".repeat(700);
    s.log.holdAppends();
    for (const id of ["1", "2", "3", "4", "5"]) ann.say(publish(id, { data: { text } }));
    ben.say(publish("b"));
    await s.settle();
    expect(s.log.appends).toBe(4);
    expect(ann.seen()).toMatchObject([
      { id: "4", code: "overloaded", retryAfterMs: 250 },
      { id: "5", code: "overloaded" },
    ]);
    ann.take();
    s.log.commit();
    for (const id of ["4", "5"]) ann.say(publish(id, { data: { text } }));
    await s.settle();
    expect(short(ben.take())).toEqual(["1", "2", "3", "b", "b!", "4", "5"]);
  });

  test("R-BEHIND: while the log is behind who publishes without waiting is left unread and handled in order later, and nothing is refused", async () => {
    const s = stage({
      settings: { maxPublishesAhead: 3, minPublishesAhead: 2, messagesPerSecond: 0 },
    });
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    for (const id of ["1", "2", "3", "4"]) ann.say(publish(id));
    expect(ann.connection.paused).toBe(false);
    for (const id of ["5", "6", "7"]) ann.say(publish(id));
    ben.say(publish("b"));
    ben.say({ type: "ping" });
    await s.settle();
    // Who waits for each before the next has no more to say.
    expect([ann.connection.paused, ben.connection.paused]).toEqual([true, false]);
    expect(s.log.appends).toBe(6);
    expect([...ann.take(), ...short(ben.take())]).toEqual(["pong"]);
    s.log.commit();
    await s.settle();
    expect([ann.connection.paused, ben.connection.paused]).toEqual([false, false]);
    s.log.commit();
    await s.settle();
    const kept = ["1", "2", "3", "4", "5", "b", "6", "7"];
    expect(short(ann.take())).toEqual(kept.flatMap((id) => (id === "b" ? [id] : [id, `${id}!`])));
    expect(short(ben.take())).toEqual(["1", "2", "3", "4", "5", "b", "b!", "6", "7"]);
  });

  test("R-BEHIND: a connection that can only rest is not held up for the log: what it says is handled as it comes", async () => {
    const s = stage({ settings: { maxPublishesAhead: 3, messagesPerSecond: 0 } });
    const [ann] = await three(s);
    Object.assign(ann.connection, { restsOnly: true });
    s.log.holdAppends();
    for (const id of ["1", "2", "3", "4", "5", "6"]) ann.say(publish(id));
    await s.settle();
    expect([ann.connection.paused, s.log.appends]).toEqual([false, 6]);
  });
});
