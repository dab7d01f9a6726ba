import { describe, expect, test } from "vitest";

import { offsets, publish, short, three } from "../../test/publishing.ts";
import { only, stage, valueOf } from "../../test/stage.ts";

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
