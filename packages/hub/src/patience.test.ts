/** A crowd's write waits for what the log is about to settle, but not for long. */
import { refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { type Client, only, type Stage, stage } from "../test/stage.ts";

const PATIENCE_MS = 2;
const MEMBERS = PATIENCE_MS * 200;

const publish = (id: string): object => ({
  ...{ type: "publish", id, room: "general", event: "message", data: { text: id } },
});

/** Two publishes that the log holds back. */
async function twoUnderWay(members: number): Promise<{ s: Stage; publisher: Client; member: Client }> {
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
  publisher.say(publish("1"));
  publisher.say(publish("2"));
  return { s, publisher, member };
}

describe("patience", () => {
  test("R-GATHER-CROWD: while the log has more of its events, a crowd's write waits for them", async () => {
    const { s, publisher, member } = await twoUnderWay(MEMBERS);
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
    const { s, member } = await twoUnderWay(MEMBERS);
    s.log.commit(1);
    await s.settle();
    s.clock.advance(PATIENCE_MS);
    await s.settle();
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1]);
  });

  test("R-GATHER-CROWD: a refusal is nothing to wait for", async () => {
    const { s, member } = await twoUnderWay(MEMBERS);
    s.log.commit(1);
    await s.settle();
    s.log.refuseAppends(refusal("storage_full"));
    await s.settle();
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1]);
  });

  test("R-GATHER-CROWD: a small room waits for nothing", async () => {
    const { s, member } = await twoUnderWay(10);
    s.log.commit(1);
    await s.settle();
    expect(only(member.take(), "event").map(({ offset }) => offset)).toEqual([1]);
  });
});
