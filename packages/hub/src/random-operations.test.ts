import { refusal } from "@roomcast/protocol";
import { expect, test } from "vitest";

import { Actor } from "../test/actor.ts";
import { Ledger } from "../test/ledger.ts";
import { Stage, valueOf } from "../test/stage.ts";
import { SeededRandom } from "./testing/seeded-random.ts";

const RUNS = 300;
const STEPS = 150;
const ROOMS = ["a", "b", "c"] as const;

/** One run, the same for the same seed. @throws when a promise is broken. @returns how many events were kept. */
async function run(seed: number): Promise<number> {
  const chance = new SeededRandom(seed);
  const oneIn = (count: number): boolean => chance.below(count) === 0;
  const s = new Stage({
    seed,
    settings: {
      messagesPerSecond: chance.pick([0, 0, 20]),
      roomsPerSession: chance.pick([0, 2]),
      membersPerTurn: chance.pick([1, 2, 1000]),
    },
  });
  const ledger = new Ledger();
  const actors = ["p", "q", "r", "s"].map((name) => new Actor(s, ledger, name)) as [Actor, ...Actor[]];
  const someRooms = (): string[] => ROOMS.filter(() => !oneIn(3));
  let served = 0;

  /** Each as often as its number says. */
  const operations: readonly (readonly [number, (actor: Actor, room: string) => void])[] = [
    [
      2,
      (actor) => {
        actor.connect(oneIn(5) ? undefined : someRooms());
      },
    ],
    [
      2,
      (actor, room) => {
        actor.join(room);
      },
    ],
    [
      1,
      (actor, room) => {
        actor.leave(room);
      },
    ],
    [
      14,
      (actor, room) => {
        actor.publish(room, !oneIn(3));
      },
    ],
    [
      1,
      (actor, room) => {
        actor.pass(room, { echo: oneIn(2) });
      },
    ],
    [
      1,
      (actor, room) => {
        actor.pass(room, { to: chance.pick(actors).clientId || "nobody" });
      },
    ],
    [
      2,
      (actor) => {
        actor.repeat();
      },
    ],
    [
      1,
      (actor) => {
        actor.end(chance.pick([1000, 1001, 1006]), oneIn(2));
      },
    ],
    [1, (actor, room) => oneIn(2) && s.hub.kick(actor.clientId, oneIn(3) ? undefined : room)],
    [
      1,
      () => {
        s.log.holdAppends();
      },
    ],
    [
      2,
      () => {
        s.log.commit(chance.pick([1, 2, undefined]));
      },
    ],
    [
      1,
      () => {
        s.log.refuseAppends(refusal("storage_unavailable"));
      },
    ],
    [
      1,
      () => {
        s.log.holdReads();
      },
    ],
    [
      1,
      () => {
        s.log.deliverRead(chance.below(Math.max(1, s.log.reads)));
      },
    ],
    [
      2,
      () => {
        s.log.deliverReads();
      },
    ],
    [
      1,
      (_, room) => {
        const id = `server${(served += 1)}`;
        ledger.ask(room, "server", id);
        void s.hub.publish({ room, event: "message", data: { text: id }, id });
      },
    ],
    [
      4,
      () => {
        for (const each of actors) each.read();
      },
    ],
  ];
  const lots = operations.flatMap(([weight, operation]) => Array.from({ length: weight }, () => operation));

  for (const actor of actors) actor.connect(undefined);
  for (let step = 0; step < STEPS; step += 1) {
    const actor = chance.pick(actors);
    actor.read();
    lots[chance.below(lots.length)]?.(actor, chance.pick(ROOMS));
    if (!oneIn(3)) await s.settle();
    if (oneIn(20)) await s.pass(chance.pick([50, 150, 5_000, 16_000]));
    if (!actor.connected && oneIn(2)) actor.connect(someRooms());
  }

  // Everything that is held goes its way, everybody comes back, and nobody may miss anything.
  s.log.deliverReads();
  s.log.commit();
  await s.pass(5_000);
  for (const actor of actors) actor.read();
  for (const actor of actors) actor.connect(someRooms());
  await s.pass(5_000);
  for (const actor of actors) actor.read();
  for (const actor of actors) actor.repeat();
  // Long enough that nobody is waited for any more.
  await s.pass(20_000);
  for (const actor of actors) actor.read();
  let kept = 0;
  for (const room of ROOMS) {
    const { events, position, more } = valueOf(await s.hub.history(null, room, { limit: 300 }));
    expect(more).toBe(false);
    ledger.history(room, position.epoch, events);
    const members = valueOf(await s.hub.members(null, room));
    for (const actor of actors) actor.expectComplete(room, position.offset, members);
    kept += events.length;
  }
  expect(s.faults()).toEqual([]);
  await s.leaveNothing();
  return kept;
}

test(`S1–S7: ${RUNS} random runs of joins, publishes, losses, resumes, kicks and a log that is held back`, async () => {
  let kept = 0;
  for (let seed = 1; seed <= RUNS; seed += 1) {
    try {
      kept += await run(seed);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
  // A run that keeps next to nothing proves next to nothing.
  expect(kept / RUNS).toBeGreaterThan(10);
}, 60_000);
