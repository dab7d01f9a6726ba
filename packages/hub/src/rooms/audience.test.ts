/** A crowd that is written to in slices: who comes, goes and is answered between two of them. */
import { expect, test } from "vitest";

import { type Client, only, stage, type Stage, typesOf, valueOf } from "../../test/stage.ts";
import type { Format } from "../ports/connection.ts";
import { textFormat } from "../testing/fake-connection.ts";
import { SeededRandom } from "../testing/seeded-random.ts";

const slices = (membersPerTurn: number): Stage =>
  stage({ settings: { membersPerTurn, messagesPerSecond: 0, hellosPerSecond: 0 } });

const publish = (id: string, room = "general"): object => ({
  ...{ type: "publish", id, room, event: "message", data: { text: id } },
});

async function crowd(s: Stage, count: number, rooms = ["general"], format?: Format): Promise<Client[]> {
  const clients: Client[] = [];
  for (let n = 0; n < count; n += 1) {
    const client = s.connect(format);
    await client.hello({ join: rooms.map((room) => ({ room })) });
    clients.push(client);
  }
  await s.pass(1000);
  for (const client of clients) client.take();
  return clients;
}

const ids = (client: Client): string[] => only(client.seen(), "event").map(({ id }) => id);
const reached = (clients: readonly Client[]): number =>
  clients.filter((client) => ids(client).length > 0).length;

test("R-SLICE: a crowd is written to in slices, a turn each, and what comes meanwhile goes out behind the last", async () => {
  const s = slices(3);
  const clients = await crowd(s, 8);
  clients[0]!.say(publish("1"));
  const numbers: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    s.clock.endOneTurn();
    numbers.push(reached(clients));
    clients[1]!.say(publish(`2-${turn}`));
  }
  expect(numbers).toEqual([3, 6, 8]);
  expect(clients.map((client) => ids(client))).toEqual(clients.map(() => ["1"]));
  await s.settle();
  for (const client of clients) {
    expect(ids(client)).toEqual(["1", "2-0", "2-1", "2-2"]);
    expect(client.connection.writes).toHaveLength(2);
  }
});

test("R-SLICE: who comes between two slices gets nothing of what is being written, and all that comes then", async () => {
  const s = slices(2);
  const clients = await crowd(s, 6);
  clients[0]!.say(publish("1"));
  s.clock.endOneTurn();
  const late = s.connect();
  late.say({ type: "hello", protocol: 1 });
  // Its snapshot is read while the next slice is written.
  await new Promise((resolve) => setImmediate(resolve));
  expect(reached(clients)).toBe(2);
  expect(only(late.seen(), "joined")[0]!.events.map(({ id }) => id)).toEqual(["1"]);
  clients[0]!.say(publish("2"));
  await s.settle();
  expect(ids(late)).toEqual(["2"]);
  for (const client of clients) expect(ids(client)).toEqual(["1", "2"]);
});

test.each([0, 1, 2, 3, 4, 5])(
  "R-SLICE: member %i goes between two slices: it has had what was said, and nobody else loses or doubles it",
  async (gone) => {
    const s = slices(2);
    const clients = await crowd(s, 6);
    clients[5]!.say(publish("1"));
    s.clock.endOneTurn();
    clients[gone]!.say({ type: "leave", id: "l", room: "general" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(reached(clients)).toBeLessThan(6);
    await s.settle();
    expect(typesOf(clients[gone]!.seen()).slice(0, gone === 5 ? 3 : 2)).toEqual(
      gone === 5 ? ["event", "ack", "left"] : ["event", "left"],
    );
    for (const client of clients) expect(ids(client)).toEqual(["1"]);
  },
);

test("R-SLICE: who is answered or told something alone between two slices has had what was said before", async () => {
  const s = slices(1);
  const clients = await crowd(s, 4);
  const last = clients[3]!;
  last.say(publish("1"));
  s.clock.endOneTurn();
  last.say(publish("1"));
  expect(last.seen().map((each) => [each.type, "duplicate" in each])).toEqual([
    ["event", false],
    ["ack", false],
    ["ack", true],
  ]);
  expect(reached(clients)).toBe(2);
  await s.settle();
  for (const client of clients) expect(ids(client)).toEqual(["1"]);
});

test("R-SLICE R-EXPEL: who is taken out between two slices gets nothing more of it", async () => {
  const s = slices(1);
  const clients = await crowd(s, 4);
  clients[0]!.say(publish("1"));
  s.clock.endOneTurn();
  const { clientId } = [...s.hub.inspection.clients()][2]!;
  s.hub.kick(clientId, "general");
  await s.settle();
  expect(clients.map((client) => ids(client).length)).toEqual([1, 1, 0, 1]);
});

test("R-SLICE R-SLOW: who takes no more is closed with its slice, and takes nobody along", async () => {
  const s = slices(2);
  const clients = await crowd(s, 7);
  for (const index of [0, 3, 6]) clients[index]!.connection.bufferedBytes = 2 * 1024 * 1024;
  valueOf(await s.hub.publish({ room: "general", event: "message", data: { text: "x" }, id: "1" }));
  s.clock.endOneTurn();
  expect(clients.filter((client) => client.closed !== undefined)).toEqual([clients[0]]);
  await s.settle();
  expect(clients.map((client) => client.closed ?? ids(client).length)).toEqual([
    ...["slowConsumer", 1, 1, "slowConsumer", 1, 1, "slowConsumer"],
  ]);
});

test("R-SLICE R-DRAIN: a drain leaves nobody without what was being written", async () => {
  const s = slices(1);
  const clients = await crowd(s, 5);
  clients[4]!.say(publish("1"));
  s.clock.endOneTurn();
  await s.drain();
  for (const client of clients) expect(ids(client)).toEqual(["1"]);
  expect(only(clients[4]!.seen(), "ack")).toHaveLength(1);
});

test("R-SLICE: what must be written in the order of all rooms is, also when a room is in the middle of its crowd", async () => {
  const s = slices(1);
  const format: Format = { ...textFormat, inSequence: true };
  const clients = await crowd(s, 4, ["a", "b"], format);
  clients[0]!.say(publish("1", "a"));
  s.clock.endOneTurn();
  clients[0]!.say(publish("2", "b"));
  await s.settle();
  for (const client of clients) expect(ids(client)).toEqual(["1", "2"]);
});

test("R-SLICE: whoever comes and goes in the middle of whatever, each member gets each event once and in order", async () => {
  const seed = Number(process.env["SEED"] ?? 1);
  const chance = new SeededRandom(seed);
  const s = slices(2);
  const members = new Map<Client, number>();
  let said = 0;
  const settleInputs = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let step = 0; step < 600; step += 1) {
    const [first, ...others] = members.keys();
    const what = chance.below(8);
    // A crowd of forty would rest.
    if ((what < 2 && members.size < 20) || first === undefined) {
      const client = s.connect();
      client.say({ type: "hello", protocol: 1, join: [{ room: "general", history: 0 }] });
      await settleInputs();
      const [joined] = only(client.seen(), "joined");
      members.set(client, joined!.position.offset);
      continue;
    }
    const one = chance.pick([first, ...others]);
    if (what === 2) {
      one.say({ type: "leave", id: "l", room: "general" });
      await settleInputs();
      const from = members.get(one)!;
      expect(only(one.seen(), "left"), `seed ${seed}`).toHaveLength(1);
      expect(only(one.seen(), "event").map(({ offset }) => offset)).toEqual(
        Array.from({ length: said - from }, (_, n) => from + n + 1),
      );
      members.delete(one);
    } else if (what === 3) {
      one.say(publish(`${step}`));
      said += 1;
    } else s.clock.endOneTurn();
  }
  await s.settle();
  await s.pass(100);
  for (const [client, from] of members) {
    expect(
      only(client.seen(), "event").map(({ offset }) => offset),
      `seed ${seed}`,
    ).toEqual(Array.from({ length: said - from }, (_, n) => from + n + 1));
  }
});
