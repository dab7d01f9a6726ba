/** A slice of `pnpm simulate`, and whether a simulation would notice: every planted bug is found. */
import { describeRoomLog, type Kept } from "@roomcast/hub/testing/suites";
import { SeededRandom } from "@roomcast/hub/testing";
import { describe, expect, it } from "vitest";

import { BUGS, CROWD } from "../simulation/bugs.ts";
import { Disk } from "../simulation/disk.ts";
import { hunt } from "../simulation/hunt.ts";
import { Life } from "../simulation/life.ts";
import { run, violationsOf } from "../simulation/run.ts";
import { SimulatedLog } from "../simulation/simulated-log.ts";
import { Timeline } from "../simulation/timeline.ts";
import { WriterQueue } from "../simulation/writer-queue.ts";

const seeds = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** All of them take turns in this thread. */
const runAll = <Told>(all: readonly number[], tell: (seed: number) => Promise<Told>): Promise<Told[]> =>
  Promise.all(all.map(tell));

/** Each showed a defect once. */
const ONCE_BROKEN = [3303, 3980, 3981, 5591, 9022, 102_776, 109_895];

describe("the simulation", () => {
  it("S1–S8 hold over everything that may happen, in 200 seeds", async () => {
    const broken = await runAll([...seeds(0, 200), ...ONCE_BROKEN], async (seed) => ({
      seed,
      violations: violationsOf(await run(seed)),
    }));
    expect(broken.filter(({ violations }) => violations.length > 0)).toEqual([]);
  });

  it("S1–S8 hold where a few are a crowd, in 100 seeds", async () => {
    expect(await hunt({ changes: [CROWD], seed: 0, runs: 100 })).toBeUndefined();
  });

  it("the same seed gives the same trace, 100 of 100", async () => {
    const hashOf = async (seed: number): Promise<string> => (await run(seed)).trace.hash;
    const hashes = await runAll(seeds(1_000, 100), hashOf);
    expect(new Set(hashes).size, "another seed gives another trace").toBe(100);
    // In another order, and among others.
    expect(await runAll(seeds(1_000, 100).reverse(), hashOf)).toEqual(hashes.toReversed());
  });

  it("a part of a plan gives the same trace too", async () => {
    const part = [1, 4, 9];
    const [one, other] = [await run(7, part), await run(7, part)];
    expect(one.trace.hash).toBe(other.trace.hash);
    expect(one.trace.hash).not.toBe((await run(7)).trace.hash);
  });
});

describe("a bug that was planted is found", () => {
  const WITHIN = 2_000;
  it.each(Object.entries(BUGS))(
    `in ${WITHIN} seeds at most: %s`,
    { timeout: 600_000 },
    async (_, changes) => {
      expect(await hunt({ changes, seed: 0, runs: WITHIN })).toBeDefined();
    },
  );
});

/** Time goes on by itself, as long as somebody waits. */
async function openLog(kept: Kept): Promise<SimulatedLog> {
  const timeline = new Timeline(new SeededRandom(1));
  const trouble = { flushMs: 4, readMs: 4, refuses: undefined, loses: new Set<string>() };
  const disk = new Disk("disk", kept, new SeededRandom(2));
  const queue = new WriterQueue(disk, new Life(timeline), trouble, new SeededRandom(3));
  const log = new SimulatedLog(disk, queue, trouble);
  const close = log.close.bind(log);
  const state = { open: true };
  log.close = async () => {
    await close();
    state.open = false;
  };
  void (async () => {
    while (state.open) await timeline.pass(10);
  })();
  return log;
}

describeRoomLog("The log of the simulation", { open: openLog, seed: 1 });
