import { type Down, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { newLog, SickLog } from "../../test/logs.ts";
import { type Client, only, type Stage, stage, typesOf, valueOf } from "../../test/stage.ts";

const publish = (id: string, rest: object = {}): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
  ...rest,
});

/** What a client got, as short as it can be read: events by id, acks as "id!", errors as "id?code". */
const short = (messages: readonly Down[]): string[] =>
  messages.flatMap((message) => {
    if (message.type === "event") return message.id;
    if (message.type === "ack") return `${message.id}!`;
    if (message.type === "error") return `${message.id ?? ""}?${message.code}`;
    return message.type === "presence" ? [] : message.type;
  });

const offsets = (messages: readonly Down[]): number[] =>
  messages.flatMap((message) =>
    message.type === "event" ? message.offset! : message.type === "ack" ? message.position!.offset : [],
  );

async function three(
  s: Stage,
): Promise<[Client & { id: string }, Client & { id: string }, Client & { id: string }]> {
  const members = [await s.enter(), await s.enter(), await s.enter()] as const;
  await s.pass(1000);
  for (const member of members) member.take();
  return [...members];
}

describe("publish", () => {
  test("B2, B5, B7, C3: every member gets the event, the sender too, stamped by the server, and the sender an ack", async () => {
    const s = stage();
    const ann = await s.enter(["general"], { name: "Ann" });
    const ben = await s.enter();
    const forged = { from: { clientId: ben.id, user: "root", name: "x" }, time: 1, offset: 99, user: "root" };
    const got = await ann.ask(publish("m1", { data: { text: "hi" }, ...forged }));
    const event = {
      ...{ type: "event", room: "general", event: "message", data: { text: "hi" }, id: "m1" },
      from: { clientId: ann.id, user: `guest:${ann.id}`, name: "Ann" },
      time: s.clock.now(),
      offset: 1,
    };
    expect(only(got, "event")).toEqual([event]);
    const { epoch } = valueOf(await s.hub.history(null, "general")).position;
    expect(only(got, "ack")).toEqual([
      { type: "ack", id: "m1", room: "general", position: { epoch, offset: 1 }, time: s.clock.now() },
    ]);
    expect(only(ben.take(), "event")).toEqual([event]);
  });

  test("R-COMMIT-FIRST: nothing is fanned out and nothing acked before the log has committed", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    ann.say(publish("1"));
    ann.say(publish("2", { echo: false }));
    await s.pass(60_000);
    expect([ann.take(), ben.take()]).toEqual([[], []]);
    expect(valueOf(await s.hub.history(null, "general")).events).toEqual([]);
    s.log.commit(1);
    await s.settle();
    expect(short(ann.take())).toEqual(["1", "1!"]);
    expect(short(ben.take())).toEqual(["1"]);
    s.log.commit();
    await s.settle();
    expect(short(ann.take())).toEqual(["2!"]);
    expect(short(ben.take())).toEqual(["2"]);
  });

  test("R-ACK-ORDER, S3: acks and events of a room reach a connection in offset order, whatever is mixed in one turn", async () => {
    const s = stage();
    const [ann, ben, cid] = await three(s);
    s.log.holdAppends();
    ann.say(publish("a1"));
    ben.say(publish("b1", { echo: false }));
    ann.say(publish("a2", { echo: false }));
    cid.say(publish("c1"));
    ann.say(publish("a3"));
    ben.say(publish("b2"));
    s.log.commit();
    await s.settle();
    expect(short(ann.seen())).toEqual(["a1", "a1!", "b1", "a2!", "c1", "a3", "a3!", "b2"]);
    expect(short(ben.seen())).toEqual(["a1", "b1!", "a2", "c1", "a3", "b2", "b2!"]);
    expect(short(cid.seen())).toEqual(["a1", "b1", "a2", "c1", "c1!", "a3", "b2"]);
    for (const member of [ann, ben, cid])
      expect(new Set(offsets(member.take()))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });

  test("P-PUB-6 B3: echo:false reaches all but the sender, for whom the ack stands for the offset", async () => {
    const s = stage();
    const [ann, ben, cid] = await three(s);
    expect(short(await ann.ask(publish("1", { echo: false })))).toEqual(["1!"]);
    expect([short(ben.take()), short(cid.take())]).toEqual([["1"], ["1"]]);
    const [joined] = only(await ann.ask({ type: "join", id: "j", room: "general" }), "joined");
    expect(joined!.events.map(({ id }) => id)).toEqual(["1"]);
  });

  test("R-DUPLICATE, S2: the same id of the same sender is acked with the original position and delivered once", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    const [first] = only(await ann.ask(publish("1")), "ack");
    await s.pass(5000);
    ben.take();
    const again = await ann.ask(publish("1", { data: { text: "changed" } }));
    expect(again).toEqual([{ ...first, duplicate: true }]);
    expect(ben.take()).toEqual([]);
    expect(short(await ben.ask(publish("1")))).toEqual(["1", "1!"]);
  });

  test("R-DUPLICATE: an id that is still under way is kept once, and both are acked in order", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    for (const id of ["1", "2", "1", "3"]) ann.say(publish(id));
    s.log.commit();
    await s.settle();
    const acks = only(ann.seen(), "ack");
    expect(acks.map(({ id, duplicate }) => [id, duplicate])).toEqual([
      ["1", undefined],
      ["2", undefined],
      ["1", true],
      ["3", undefined],
    ]);
    expect(acks[2]!.position).toEqual(acks[0]!.position);
    expect(short(ann.take())).toEqual(["1", "1!", "2", "2!", "1!", "3", "3!"]);
    expect(short(ben.take())).toEqual(["1", "2", "3"]);
  });

  test("P-PUB-7 B4, A8: `to` reaches that member alone, is not kept, and the ack says whether it was handed over", async () => {
    const s = stage();
    const [ann, ben, cid] = await three(s);
    const [ack] = await ann.ask(publish("d", { to: ben.id }));
    expect(ack).toEqual({ type: "ack", id: "d", room: "general", time: s.clock.now(), delivered: true });
    const [event] = ben.take();
    expect(event).toMatchObject({ type: "event", id: "d", from: { clientId: ann.id } });
    expect(event).not.toHaveProperty("offset");
    expect(cid.take()).toEqual([]);
    expect(valueOf(await s.hub.history(null, "general")).events).toEqual([]);
    await ben.end();
    expect(await ann.ask(publish("e", { to: ben.id }))).toMatchObject([{ type: "ack", delivered: false }]);
    const stranger = await s.enter(["elsewhere"]);
    for (const to of [stranger.id, "nobody", "__proto__"]) {
      expect(short(await ann.ask(publish("f", { to })))).toEqual(["f?unknown_member"]);
    }
  });

  test("B1: a direct event to oneself is a reply to the sender alone", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    expect(short(await ann.ask(publish("d", { to: ann.id })))).toEqual(["d", "d!"]);
    expect(ben.take()).toEqual([]);
  });

  test("R-ACK-ORDER: a direct event stands behind what has gathered for its receiver", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    ann.say(publish("1"));
    ann.say(publish("d", { to: ben.id }));
    ann.say(publish("2"));
    await s.settle();
    expect(short(ben.take())).toEqual(["1", "d", "2"]);
    expect(short(ann.take())).toEqual(["1", "1!", "d!", "2", "2!"]);
  });

  test("R-EPHEMERAL: an event that is not kept reaches who is there, without an offset, and is acked without a position", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    const typing = { event: "typing", data: { on: true } };
    expect(await ann.ask(publish("t", { ...typing, echo: false }))).toEqual([
      { type: "ack", id: "t", room: "general", time: s.clock.now() },
    ]);
    expect(short(await ann.ask(publish("u", typing)))).toEqual(["u", "u!"]);
    const events = ben.took("event");
    expect(events).toHaveLength(2);
    expect(events[0]).not.toHaveProperty("offset");
    expect(valueOf(await s.hub.history(null, "general")).events).toEqual([]);
  });

  test("R-NOT-JOINED: publishing to a room that one is not in is refused, and reaches nobody", async () => {
    const s = stage();
    const ann = await s.enter(["a"]);
    const ben = await s.enter(["b"]);
    expect(await ann.ask(publish("1", { room: "b" }))).toMatchObject([
      { type: "error", id: "1", room: "b", code: "not_joined", retry: "no" },
    ]);
    expect(ben.take()).toEqual([]);
  });

  test("B8: data that does not fit, a reserved or impossible event, a bad room are told, and the socket lives", async () => {
    const s = stage();
    const ann = await s.enter();
    const refused = [
      [{ data: { text: "" } }, "invalid_data"],
      [{ data: { text: 7 } }, "invalid_data"],
      [{ data: undefined }, "invalid_data"],
      [{ event: "joined" }, "reserved_event"],
      [{ event: "No Event" }, "bad_event"],
      [{ room: "no room" }, "bad_room"],
      [{ id: "" }, "bad_message"],
      [{ type: "shout" }, "unknown_type"],
    ] as const;
    for (const [rest, code] of refused) {
      expect(await ann.ask(publish("1", rest))).toMatchObject([{ type: "error", code, retry: "no" }]);
    }
    expect(short(await ann.ask(publish("1")))).toEqual(["1", "1!"]);
  });

  test("A7: an ack for a peer that is gone goes nowhere, the event to the others, and the sender may ask again", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    ann.say(publish("1"));
    await s.settle();
    await ann.end(1000);
    s.log.commit();
    await s.settle();
    expect(short(ben.take())).toEqual(["1"]);
    expect(ann.take()).toEqual([]);
  });

  test("R-LEAVE: who leaves while a publish is under way is acked all the same, and gets no event of it", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    ann.say(publish("1"));
    ann.say({ type: "leave", id: "l", room: "general" });
    await s.settle();
    s.log.commit();
    await s.settle();
    expect(short(ann.take())).toEqual(["left", "1!"]);
    expect(short(ben.take())).toEqual(["1"]);
  });

  test("R-REJOIN: an ack that falls into a second join keeps its place behind the snapshot and before later events", async () => {
    for (const echo of [true, false]) {
      const s = stage();
      const [ann, ben] = await three(s);
      s.log.holdAppends();
      s.log.holdReads();
      ben.say(publish("b1"));
      ann.say(publish("a1", { echo }));
      ann.say({ type: "join", id: "j", room: "general" });
      await s.settle();
      ben.say(publish("b2"));
      s.log.commit();
      await s.settle();
      expect(ann.seen()).toEqual([]);
      s.log.deliverReads();
      await s.settle();
      expect(short(ann.take())).toEqual(
        echo ? ["joined", "b1", "a1", "a1!", "b2"] : ["joined", "b1", "a1!", "b2"],
      );
    }
  });

  test("R-RESUME: a publish whose socket died is resent on the next one, and acked there as the duplicate it is", async () => {
    const s = stage();
    const [ann, ben] = await three(s);
    const dora = s.connect();
    const welcome = await dora.hello();
    s.log.holdAppends();
    dora.say(publish("1"));
    await s.settle();
    await dora.end();
    const again = s.connect();
    await again.hello({ resume: welcome.resume });
    again.take();
    again.say(publish("1"));
    s.log.commit();
    await s.settle();
    expect(short(again.take())).toEqual(["1", "1!"]);
    expect(short(ben.take())).toEqual(["1"]);
    expect(short(ann.take())).toEqual(["1"]);
  });
});

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

  test("R-BEHIND: while the log is behind who publishes is left unread and handled in order later, and nothing is refused", async () => {
    const s = stage({ settings: { maxPublishesUnderWay: 4, messagesPerSecond: 0 } });
    const [ann, ben] = await three(s);
    s.log.holdAppends();
    for (const id of ["1", "2", "3", "4"]) ann.say(publish(id));
    expect(ann.connection.paused).toBe(false);
    for (const id of ["5", "6", "7"]) ann.say(publish(id));
    ben.say(publish("b"));
    ben.say({ type: "ping" });
    await s.settle();
    expect([ann.connection.paused, ben.connection.paused]).toEqual([true, true]);
    expect(s.log.appends).toBe(6);
    expect([...ann.take(), ...ben.take()]).toEqual([]);
    s.log.commit();
    await s.settle();
    expect([ann.connection.paused, ben.connection.paused]).toEqual([false, false]);
    s.log.commit();
    await s.settle();
    const kept = ["1", "2", "3", "4", "5", "b", "6", "7"];
    expect(short(ann.take())).toEqual(kept.flatMap((id) => (id === "b" ? [id] : [id, `${id}!`])));
    expect(short(ben.take())).toEqual(["pong", "1", "2", "3", "4", "5", "b", "b!", "6", "7"]);
  });
});
