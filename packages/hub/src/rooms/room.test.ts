import { type Down, encodeDown } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { type Client, only, stage, typesOf, valueOf } from "../../test/stage.ts";
import type { Format } from "../ports/connection.ts";
import { textFormat } from "../testing/fake-connection.ts";

const publish = (id: string, rest: object = {}): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
  ...rest,
});

/** The text format, counting what it is asked for. */
function counting(name: string): Format & { encoded: string[]; joins: number } {
  const encoded: string[] = [];
  return {
    ...{ name, encoded, joins: 0 },
    encode(message: Down) {
      encoded.push(encodeDown(message));
      return textFormat.encode(message);
    },
    join(frames) {
      this.joins += 1;
      return textFormat.join(frames);
    },
  };
}

describe("fan-out", () => {
  test("R-GATHER: what a room gets in one turn is one write per member, at the end of the turn", async () => {
    const s = stage();
    const members = [await s.enter(), await s.enter(), await s.enter()];
    await s.pass(1000);
    for (const { connection } of members) connection.take();
    for (let n = 0; n < 20; n += 1) members[n % 3]!.say(publish(`${n}`, { echo: n % 2 === 0 }));
    for (const { connection } of members) expect(connection.writes).toHaveLength(0);
    await s.settle();
    for (const member of members) {
      expect(member.connection.writes).toHaveLength(1);
      const got = member.take();
      const offsets = got.flatMap((each) =>
        each.type === "event" ? each.offset! : each.type === "ack" ? each.position!.offset : [],
      );
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      expect(new Set(offsets).size).toBe(20);
    }
  });

  test("R-ENCODE-ONCE: an event is encoded once per format, not per member, and both formats get it", async () => {
    const s = stage();
    const [a, b] = [counting("a"), counting("b")];
    const clients = [a, a, a, b, b].map((format) => s.connect(format));
    for (const client of clients) await client.hello();
    await s.pass(1000);
    for (const client of clients) client.take();
    a.encoded.length = b.encoded.length = a.joins = b.joins = 0;
    for (const text of ["1", "2", "3"]) {
      valueOf(await s.hub.publish({ room: "general", event: "message", data: { text } }));
    }
    s.clock.endTurn();
    for (const client of clients)
      expect(only(client.take(), "event").map(({ offset }) => offset)).toEqual([1, 2, 3]);
    expect([a.encoded.length, a.joins, b.encoded.length, b.joins]).toEqual([3, 1, 3, 1]);
    expect(a.encoded).toEqual(b.encoded);
  });

  test("R-ENCODE-ONCE: a format that nobody speaks any more is not encoded for", async () => {
    const s = stage();
    const [a, b] = [counting("a"), counting("b")];
    const [stay, go] = [s.connect(a), s.connect(b)];
    await stay.hello();
    await go.hello();
    await go.end(1000);
    await s.pass(1000);
    b.encoded.length = 0;
    valueOf(await s.hub.publish({ room: "general", event: "message", data: { text: "1" } }));
    await s.settle();
    expect(only(stay.take(), "event")).toHaveLength(1);
    expect(b.encoded).toEqual([]);
  });

  test("C6: sending to a room costs its members: who is elsewhere is not written to, and nothing is encoded for nobody", async () => {
    const s = stage();
    const ann = await s.enter(["a"]);
    const others = [await s.enter(["b"]), await s.enter([])];
    for (const other of others) other.take();
    await ann.ask(publish("1", { room: "a" }));
    for (const other of others) expect(other.connection.writes).toEqual([]);
    const format = counting("f");
    const alone = s.connect(format);
    await alone.hello({ join: [] });
    format.encoded.length = 0;
    valueOf(await s.hub.publish({ room: "empty", event: "message", data: { text: "x" } }));
    await s.settle();
    expect(format.encoded).toEqual([]);
  });

  test("R-GATHER: a newcomer gets nothing of what gathered before it, and one who goes gets all of it", async () => {
    const s = stage();
    const ann = await s.enter();
    const ben = await s.enter();
    ann.say(publish("1"));
    const told = await ben.ask({ type: "leave", id: "l", room: "general" });
    expect(typesOf(told).slice(-2)).toEqual(["event", "left"]);
    ann.say(publish("2"));
    const cid = await s.connect().hello();
    expect(cid.resumed).toBe(false);
    const events = s.clients.at(-1)!.take();
    expect(only(events, "joined")[0]!.events.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(only(events, "event")).toEqual([]);
  });

  test("R-BATCH-BOUND: much in one turn is written in pieces, so that a queue grows by no more than a batch", async () => {
    const s = stage({ settings: { messagesPerSecond: 0, maxUnsettledBytes: 1e9 } });
    const ann = await s.enter();
    const ben = await s.enter();
    ben.take();
    const text = "x".repeat(4000);
    for (let n = 0; n < 300; n += 1) ann.say(publish(`${n}`, { data: { text } }));
    await s.settle();
    const sizes = ben.connection.writes.map((frames) => frames.length);
    expect(Math.max(...sizes)).toBeLessThan(256 * 1024 + 5000);
    expect(sizes.length).toBeGreaterThan(3);
    expect(only(ben.take(), "event").map(({ offset }) => offset)).toEqual(
      Array.from({ length: 300 }, (_, n) => n + 1),
    );
  });

  test("A9: churn of members keeps every member reachable, whoever leaves from wherever in the list", async () => {
    const s = stage();
    const all: Client[] = [];
    for (let n = 0; n < 12; n += 1) {
      const client = s.connect();
      await client.hello();
      all.push(client);
    }
    const order = [0, 11, 5, 3, 10, 1, 7, 2, 9, 4];
    for (const [gone, index] of order.entries()) {
      await all[index]!.end(1000);
      for (const client of all) client.take();
      valueOf(await s.hub.publish({ room: "general", event: "message", data: { text: "x" } }));
      await s.settle();
      const reached = all.filter((client) => only(client.take(), "event").length === 1).length;
      expect(reached).toBe(all.length - gone - 1);
    }
  });
});

describe("slow readers", () => {
  test("R-SLOW, threat 10: more than 1 MiB queued closes with 4413 at a frame boundary, the others are unharmed, and it resumes", async () => {
    const s = stage();
    const ann = await s.enter();
    const slow = s.connect();
    const { resume, clientId } = await slow.hello();
    const [{ position }] = [slow.took("joined")[0]!];
    const ben = await s.enter();
    await s.pass(1000);
    for (const client of [ann, slow, ben]) client.take();
    slow.connection.bufferedBytes = 1024 * 1024;
    ann.say(publish("1"));
    await s.settle();
    expect(slow.closed).toBeUndefined();
    expect(only(slow.take(), "event")).toHaveLength(1);
    slow.connection.bufferedBytes += 1;
    ann.say(publish("2"));
    ann.say(publish("3"));
    await s.settle();
    expect(slow.connection.closed).toEqual({ name: "slowConsumer", code: 4413 });
    expect(slow.take()).toEqual([]);
    for (const client of [ann, ben])
      expect(only(client.take(), "event").map(({ id }) => id)).toEqual(["1", "2", "3"]);
    const again = s.connect();
    const since = { ...position, offset: 1 };
    expect(await again.hello({ resume, join: [{ room: "general", since }] })).toMatchObject({
      clientId,
      resumed: true,
    });
    expect(again.took("joined")[0]!.events.map(({ id }) => id)).toEqual(["2", "3"]);
  });

  test("R-SLOW: many slow ones at once, at both ends of the list, take nobody with them", async () => {
    const s = stage();
    const clients: Client[] = [];
    for (let n = 0; n < 9; n += 1) {
      const client = s.connect();
      await client.hello();
      clients.push(client);
    }
    for (const index of [0, 1, 4, 7, 8]) clients[index]!.connection.bufferedBytes = 2 * 1024 * 1024;
    for (const client of clients) client.take();
    valueOf(await s.hub.publish({ room: "general", event: "message", data: { text: "x" } }));
    await s.settle();
    expect(clients.map((client) => client.closed === undefined)).toEqual([
      ...[false, false, true, true, false, true, true, false, false],
    ]);
    expect(clients.map((client) => only(client.take(), "event").length)).toEqual([0, 0, 1, 1, 0, 1, 1, 0, 0]);
    expect(s.hub.counts().connections).toBe(4);
  });

  test("R-SLOW: answers count too: a reader that asks on and on without reading is closed", async () => {
    const s = stage();
    const slow = await s.enter();
    slow.connection.bufferedBytes = 1024 * 1024 + 1;
    slow.say({ type: "ping" });
    expect(slow.connection.closed?.code).toBe(4413);
  });

  test("R-SLOW: what has gathered for the end of a turn, and cannot be written any more then, closes too", async () => {
    const s = stage();
    const slow = await s.enter();
    slow.text("no message");
    slow.connection.bufferedBytes = 1024 * 1024 + 1;
    await s.settle();
    expect(slow.connection.closed?.code).toBe(4413);
    expect(slow.take()).toEqual([]);
  });
});
