/** A crowd's write waits for what the log is about to settle, and what comes behind a write for the crowd to rest. */
import { refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { type Client, only, type Stage, stage } from "../../test/stage.ts";

/** For two events, which are a quarter of a stream. */
const WAIT_MS = 1;
const STREAM_MS = WAIT_MS * 4;
const MEMBERS = STREAM_MS * 40;

const publish = (id: string): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
});

/** Publishes that the log holds back. */
async function underWay(
  members: number,
  publishes = 2,
): Promise<{ s: Stage; publisher: Client; member: Client }> {
  const s = stage();
  const clients = [];
  for (let index = 0; index < members; index += 1) {
    const client = s.connect();
    await client.hello();
    clients.push(client);
  }
  await s.pass(5_000);
  for (const client of clients) client.take();
  const [publisher, member] = clients;
  if (publisher === undefined || member === undefined) throw new Error("nobody is here");
  s.log.holdAppends();
  for (let id = 1; id <= publishes; id += 1) publisher.say(publish(String(id)));
  return { s, publisher, member };
}

/** So many events have just been written in one; the log holds back what is appended from now on. */
async function resting(events = 2): Promise<{ s: Stage; publisher: Client; member: Client }> {
  const staged = await underWay(MEMBERS, events);
  const { s, publisher, member } = staged;
  s.log.commit();
  await s.settle();
  expect(member.connection.writes).toHaveLength(1);
  for (const client of [publisher, member]) client.take();
  s.log.holdAppends();
  return staged;
}

const offsets = (client: Client): (number | undefined)[] =>
  only(client.take(), "event").map(({ offset }) => offset);

describe("patience", () => {
  test("R-GATHER-CROWD: while the log has more of its events, a crowd's write waits for them", async () => {
    const { s, publisher, member } = await underWay(MEMBERS);
    s.log.commit(1);
    await s.settle();
    expect(member.connection.writes).toHaveLength(0);
    s.log.commit();
    await s.settle();
    expect(member.connection.writes).toHaveLength(1);
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1, 2]);
    expect(publisher.take().map(({ type }) => type)).toEqual(["event", "ack", "event", "ack"]);
  });

  test("R-GATHER-CROWD: it waits for so long and no longer", async () => {
    const { s, member } = await underWay(MEMBERS);
    s.log.commit(1);
    await s.settle();
    s.clock.advance(WAIT_MS);
    await s.settle();
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1]);
  });

  test("R-GATHER-CROWD: the more it waits for the longer, until they are a stream", async () => {
    const { s, member } = await underWay(MEMBERS, 20);
    s.log.commit(1);
    await s.settle();
    s.clock.advance(STREAM_MS - 1);
    await s.settle();
    expect(member.connection.writes).toHaveLength(0);
    s.clock.advance(1);
    await s.settle();
    expect(offsets(member)).toEqual([1]);
  });

  test("R-GATHER-CROWD: a refusal is nothing to wait for", async () => {
    const { s, member } = await underWay(MEMBERS);
    s.log.commit(1);
    await s.settle();
    s.log.refuseAppends(refusal("storage_full"));
    await s.settle();
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1]);
  });

  test("R-GATHER-CROWD: a small room waits for nothing", async () => {
    const { s, member } = await underWay(10);
    s.log.commit(1);
    await s.settle();
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1]);
  });
});

describe("rest", () => {
  test("R-GATHER-REST: what is published behind a write of several events is appended together, once the crowd has rested", async () => {
    const { s, publisher, member } = await resting();
    publisher.say(publish("3"));
    await s.settle();
    publisher.say(publish("4"));
    await s.settle();
    expect(s.log.appends).toBe(0);
    s.clock.advance(WAIT_MS);
    expect(s.log.appends).toBe(2);
    s.log.commit();
    await s.settle();
    expect(member.connection.writes).toHaveLength(1);
    expect(offsets(member)).toEqual([3, 4]);
  });

  test("R-GATHER-REST: the more it was written the longer it rests, until they are a stream", async () => {
    const { s, publisher } = await resting(20);
    publisher.say(publish("21"));
    s.clock.advance(STREAM_MS - 1);
    expect(s.log.appends).toBe(0);
    s.clock.advance(1);
    expect(s.log.appends).toBe(1);
    s.log.commit();
  });

  test("R-GATHER-REST: who publishes one at a time waits for nothing", async () => {
    const { s, publisher, member } = await resting();
    s.clock.advance(WAIT_MS);
    for (const id of ["3", "4", "5"]) {
      publisher.say(publish(id));
      expect(s.log.appends).toBe(1);
      s.log.commit(1);
      await s.settle();
      expect(member.connection.writes).toHaveLength(1);
      expect(offsets(member)).toEqual([Number(id)]);
    }
  });

  test("R-GATHER-REST: what waits does not overtake what is refused meanwhile", async () => {
    const { s, publisher, member } = await underWay(MEMBERS);
    publisher.say(publish("3"));
    s.log.commit(2);
    // For three events.
    await s.pass(WAIT_MS * 1.5);
    expect(offsets(member)).toEqual([1, 2]);
    publisher.take();
    publisher.say(publish("4"));
    expect(s.log.appends).toBe(1);
    s.log.refuseAppends(refusal("storage_full"));
    s.log.commit();
    await s.pass(WAIT_MS);
    const refused = only(publisher.take(), "error");
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      ["3", "storage_full"],
      ["4", "overloaded"],
    ]);
    for (const id of ["3", "4"]) publisher.say(publish(id));
    await s.pass(WAIT_MS);
    expect(only(member.take(), "event").map(({ id, offset }) => [id, offset])).toEqual([
      ["3", 3],
      ["4", 4],
    ]);
  });

  test("R-GATHER-REST: a deletion takes its place behind what waits", async () => {
    const { s, publisher, member } = await resting();
    publisher.say(publish("3"));
    await s.settle();
    const deleted = s.hub.deleteRoom("general");
    await s.settle();
    publisher.say(publish("4"));
    s.log.commit();
    await s.pass(WAIT_MS);
    expect(await deleted).toMatchObject({ ok: true });
    const told = member.take().filter(({ type }) => type !== "presence");
    expect(told).toMatchObject([
      { type: "event", id: "3", offset: 3 },
      { type: "gap", reason: "recreated" },
      { type: "event", id: "4", offset: 1 },
    ]);
  });

  test("R-GATHER-REST: when the last member goes nothing waits: it would be overtaken in the room's next life", async () => {
    const { s, publisher } = await resting();
    publisher.say(publish("3"));
    await s.settle();
    for (const client of s.clients) client.endNow(1000);
    expect(s.log.appends).toBe(1);
    s.log.commit();
  });
});
