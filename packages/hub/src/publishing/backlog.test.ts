/** How many come ahead while the log is behind, and whose turn it is. The log here is a list of what it has not settled. */
import { expect, test } from "vitest";

import { DEFAULT_SETTINGS } from "../settings.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Backlog } from "./backlog.ts";

const { maxPublishesAhead, minPublishesAhead } = DEFAULT_SETTINGS;
const FLUSH_MS = 8;
const TURN = 16;

class Flood {
  readonly clock = new ManualClock();
  readonly backlog = new Backlog(this.clock, DEFAULT_SETTINGS);
  /** Whose turn it was, in that order. */
  readonly had: string[] = [];
  ahead = 0;
  most = 0;

  publish(count: number): void {
    for (let index = 0; index < count; index += 1) this.backlog.began();
    this.ahead += count;
    this.most = Math.max(this.most, this.ahead);
  }

  settle(count: number): void {
    this.ahead -= count;
    for (let index = 0; index < count; index += 1) this.backlog.settled();
  }

  /** Brings so many in its turn, at most. */
  async wait(name: string, publishes = Infinity): Promise<void> {
    const turn = await this.backlog.turn();
    this.had.push(name);
    this.publish(Math.min(publishes, turn));
  }

  /** What follows from promises, and the end of a turn. */
  async endTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.clock.endOneTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

test("R-BEHIND: the log is behind from one too many that came ahead until none is", () => {
  const flood = new Flood();
  flood.publish(maxPublishesAhead);
  expect(flood.backlog.isBehind).toBe(false);
  flood.publish(1);
  expect(flood.backlog.isBehind).toBe(true);
  flood.settle(maxPublishesAhead);
  expect(flood.backlog.isBehind).toBe(true);
  flood.settle(1);
  expect(flood.backlog.isBehind).toBe(false);
});

test("R-BEHIND: while it is, as few are ahead as an honest publish may wait for, though a group of the log is settled at once", async () => {
  const flood = new Flood();
  flood.publish(maxPublishesAhead + 1);
  const flooding = { is: true };
  for (const name of names(100))
    void (async () => {
      while (flooding.is) await flood.wait(name);
    })();
  flood.settle(flood.ahead);
  await flood.endTurn();
  flood.most = 0;
  for (let group = 0; group < 100; group += 1) {
    flood.settle(flood.ahead);
    await flood.endTurn();
    expect(flood.backlog.isBehind).toBe(true);
  }
  expect(flood.most).toBe(minPublishesAhead);
  flooding.is = false;
});

test("R-BEHIND: those who wait have a turn each, in the order in which they came", async () => {
  const flood = new Flood();
  flood.publish(maxPublishesAhead + 1);
  for (const name of names(10)) void flood.wait(name);
  flood.settle(maxPublishesAhead + 1 - minPublishesAhead);
  await flood.endTurn();
  expect(flood.had).toEqual([]);
  for (const had of [1, 2, 3]) {
    flood.settle(TURN);
    await flood.endTurn();
    expect(flood.had).toEqual(names(had));
  }
});

test("R-BEHIND: who brings less than its turn, or nothing, keeps nobody waiting", async () => {
  const flood = new Flood();
  flood.publish(maxPublishesAhead + 1);
  for (const name of names(9)) void flood.wait(name, 0);
  void flood.wait("last", 1);
  flood.settle(flood.ahead);
  for (let turn = 0; turn < 3; turn += 1) await flood.endTurn();
  expect(flood.had).toEqual([...names(9), "last"]);
  expect(flood.backlog.isBehind).toBe(true);
  flood.settle(1);
  await flood.endTurn();
  expect(flood.backlog.isBehind).toBe(false);
});

/** How many are ahead of a hundred who never wait, once a log that takes so long has settled so many groups. */
async function aheadOf(flushMs: number, publishMs: number, groups = 40): Promise<number> {
  const flood = new Flood();
  for (let publish = 0; publish < groups; publish += 1) flood.backlog.took(flushMs + publishMs, true);
  flood.publish(maxPublishesAhead + 1);
  for (const name of names(100))
    void (async () => {
      for (;;) await flood.wait(name);
    })();
  for (let group = 0; group < groups; group += 1) {
    flood.backlog.took(flushMs + flood.ahead * publishMs, false);
    flood.settle(flood.ahead);
    await flood.endTurn();
  }
  return flood.ahead;
}

test("R-BEHIND: as many are ahead as take twice what one takes alone, where that is long: else the log would do little but flush", async () => {
  const ahead = await aheadOf(FLUSH_MS, 0.03);
  expect(ahead).toBeGreaterThan((0.8 * FLUSH_MS) / 0.03);
  expect(ahead).toBeLessThan((1.2 * FLUSH_MS) / 0.03);
});

test.each([
  ["a log that is slow, and not for its flushes, has as few ahead as may be", 0.1, 1, minPublishesAhead],
  [
    "a log whose flush is all that it takes has no more ahead than make it late",
    100,
    0.001,
    maxPublishesAhead,
  ],
])("R-BEHIND: %s", async (_, flushMs, publishMs, ahead) => {
  expect(await aheadOf(flushMs, publishMs)).toBe(ahead);
});

test("R-BEHIND: what is settled while the log is not behind changes nothing of how many may be ahead when it is", async () => {
  const flood = new Flood();
  for (let publish = 0; publish < 10; publish += 1) flood.backlog.took(0.01, false);
  flood.publish(maxPublishesAhead + 1);
  for (const name of names(100)) void flood.wait(name);
  flood.settle(flood.ahead);
  await flood.endTurn();
  expect(flood.ahead).toBe(minPublishesAhead);
});
