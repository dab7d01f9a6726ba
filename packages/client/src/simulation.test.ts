/** Two clients, one room, and everything that may happen to them, in an order that a seed replays: S1–S8 hold throughout. */
import type { Position } from "@roomcast/protocol";
import { expect, test } from "vitest";

import type { OpenContract } from "./open-contract.ts";
import type { PublishResult } from "./publishing/publish.ts";
import type { Room } from "./rooms/room.ts";
import { FakeServer, ROOM } from "./testing/fake-server.ts";
import type { FakeSocket } from "./testing/fake-socket.ts";
import { seeded } from "./testing/seeded.ts";
import { turns, World } from "./testing/world.ts";

const RUNS = 150;
const STEPS = 400;

type Told =
  | { readonly kind: "event"; readonly epoch: string; readonly offset: number; readonly key: string }
  | {
      readonly kind: "gap";
      readonly from: number | null;
      readonly to: number | null;
      readonly epoch: string;
    };

/** One client, with all that it was told and all that it said. */
class Member {
  readonly world: World;
  readonly room: Room<OpenContract>;
  readonly told: Told[] = [];
  /** In the order of publishing. */
  readonly published: string[] = [];
  readonly silent = new Set<string>();
  readonly results = new Map<string, PublishResult>();
  /** The users that it has been. */
  readonly users = new Set<string>();

  constructor() {
    this.world = new World();
    this.room = this.world.client.room(ROOM, { history: 0 });
    this.room.onAny(({ from, id, epoch = "", offset = 0 }) => {
      this.told.push({ kind: "event", epoch, offset, key: `${from.user} ${id}` });
    });
    this.room.onGap(({ from, to, position }) =>
      this.told.push({ kind: "gap", from, to, epoch: position.epoch }),
    );
  }

  publish(id: string, echo: boolean): void {
    this.published.push(id);
    if (!echo) this.silent.add(id);
    void this.room.publish("message", id, { id, echo }).then((result) => this.results.set(id, result));
  }

  get socket(): FakeSocket | undefined {
    const { latest } = this.world.network;
    return latest.ended === undefined ? latest : undefined;
  }
}

function run(seed: number): { server: FakeServer; members: Member[] } {
  const random = seeded(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const server = new FakeServer();
  const members = [new Member(), new Member()];
  const open = new Set<FakeSocket>();
  let count = 0;
  const act = (member: Member, healing: boolean): void => {
    member.world.chance = random();
    const { socket } = member;
    if (socket !== undefined && !open.has(socket)) {
      open.add(socket);
      server.accept(socket);
    }
    const dice = healing ? below(60) : below(100);
    if (socket !== undefined && dice < 30) server.take(socket);
    else if (socket !== undefined && dice < 55) server.deliver(socket);
    else if (dice < 60) for (const { world } of members) world.clock.pass(below(200));
    else if (dice < 72) member.publish(`p${++count}`, random() < 0.7);
    else if (dice < 84) server.append(`x${++count}`);
    else if (dice < 89 && socket !== undefined) {
      // What the client has sent may have arrived all the same.
      for (let taken = below(5); taken > 0; taken -= 1) server.take(socket);
      server.cut(socket);
    } else if (dice < 91) server.refusing = below(4);
    else if (dice < 93) server.trim(below(6));
    else if (dice < 94) member.world.wake();
    else if (dice < 95 && seed % 3 === 0) server.recreate();
    else if (dice < 96 && seed % 3 === 1) server.failOver(below(3));
    else if (dice < 97 && seed % 2 === 0) server.forgetSessions();
    else if (dice < 98 && socket !== undefined) server.lose(socket);
    else if (dice < 99) {
      member.world.client.disconnect();
      member.world.client.connect();
    } else for (const { world } of members) world.clock.pass(below(30_000));
    if (member.world.client.user !== undefined) member.users.add(member.world.client.user);
  };
  for (let step = 0; step < STEPS; step += 1) act(members[below(2)]!, false);
  server.refusing = 0;
  // Whatever the relay has lost shows now.
  server.append("last");
  const done = ({ room }: Member): boolean =>
    room.status.state === "joined" &&
    JSON.stringify(room.position) === JSON.stringify(server.top) &&
    room.pending.every(({ state }) => state === "failed");
  for (let step = 0; step < 20_000 && !members.every(done); step += 1) act(members[step % 2]!, true);
  return { server, members };
}

/** Holds what one client was told against everything that was ever appended. */
function checkTold({ told, silent, users, room }: Member, keyAt: ReadonlyMap<string, string>): void {
  const own = new Set([...users].flatMap((user) => [...silent].map((id) => `${user} ${id}`)));
  const known = new Set<string>();
  let epoch: string | undefined;
  /** The last offset that is accounted for; undefined where a count begins. */
  let last: number | undefined;
  /** What lies before `offset` was handed out in an earlier epoch, or is this client's own and silent. */
  const accounted = (offset: number): void => {
    for (let missing = (last ?? offset - 1) + 1; missing < offset; missing += 1) {
      const key = keyAt.get(`${epoch} ${missing}`) ?? "nothing";
      expect(
        known.has(key) || own.has(key),
        `S1 S3 ${epoch} ${missing} ${key} is told or told as missing`,
      ).toBe(true);
    }
  };
  for (const one of told) {
    if (one.kind === "gap") {
      if (one.from !== null) accounted(one.from);
      else epoch = one.epoch;
      last = one.to ?? undefined;
      continue;
    }
    epoch ??= one.epoch;
    expect(one.epoch, "S4 no epoch without a gap").toBe(epoch);
    expect(keyAt.get(`${epoch} ${one.offset}`), "S4 S5 it is what the log has there").toBe(one.key);
    expect(one.offset, "S3 offsets rise").toBeGreaterThan(last ?? 0);
    expect(known.has(one.key), `S2 ${one.key} comes once`).toBe(false);
    expect(own.has(one.key), `B3 ${one.key} is silent`).toBe(false);
    accounted(one.offset);
    known.add(one.key);
    last = one.offset;
  }
  if (last !== undefined) accounted((room.position?.offset ?? 0) + 1);
}

function check({ server, members }: ReturnType<typeof run>): void {
  const { appended, log, top } = server;
  const keyAt = new Map<string, string>();
  const idsAt = new Map<string, Position[]>();
  for (const { position, event } of appended) {
    keyAt.set(`${position.epoch} ${position.offset}`, `${event.from.user} ${event.id}`);
    idsAt.set(event.id, [...(idsAt.get(event.id) ?? []), position]);
  }
  for (const member of members) {
    checkTold(member, keyAt);
    const { room, world, published, results } = member;
    expect(room.status.state).toBe("joined");
    expect(room.position, "S1 it has come to the end").toEqual(top);
    for (const id of published) {
      const result = results.get(id);
      const positions = idsAt.get(id) ?? [];
      expect(result, "every publish has an answer").toBeDefined();
      expect(new Set(positions.map(({ epoch }) => epoch)).size, "S8 at most once").toBe(positions.length);
      if (result?.ok === true)
        expect(positions, "S7 it is where the ack says").toContainEqual(result.position);
      if (result?.ok === false && result.code === "unsent") expect(positions).toEqual([]);
    }
    const order = log.map(({ id }) => published.indexOf(id)).filter((index) => index >= 0);
    expect(order, "S6 in the order of publishing").toEqual(order.toSorted((one, other) => one - other));
    expect(world.errors).toEqual([]);
    expect(world.network.alive).toHaveLength(1);
  }
}

test.each(Array.from({ length: RUNS }, (_, index) => index + 1))("S1–S8 seed %i", async (seed) => {
  const outcome = run(seed);
  await turns();
  check(outcome);
});
