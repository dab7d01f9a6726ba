/** A slice of `pnpm chaos`: S1–S8 over what every client saw of servers that died and networks that were bad. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type CrashPlan, planCrashes } from "../chaos/crash-plan.ts";
import { crashRun } from "../chaos/crash-run.ts";
import { FAILPOINTS } from "../chaos/failpoint-names.ts";
import type { Matrix } from "../chaos/matrix.ts";
import { openNetworkMatrix } from "../chaos/network-matrix.ts";
import { openSweepMatrix } from "../chaos/sweep-matrix.ts";
import { Verdict } from "../chaos/verdict.ts";

const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const broken = ({ findings, faults }: Verdict): unknown[] => [...findings, ...faults];

describe("a server that is killed", () => {
  const sum = new Verdict();
  const deaths = Math.ceil(FAILPOINTS.length / 2);
  /** A failpoint that is never met fails the test; one that is met late, on a busy machine, does not. */
  const maxLifeMs = 60_000;
  /** Early, so that no life is long, and that a drain meets it with few sockets open. */
  const early = (plan: CrashPlan): CrashPlan => ({
    ...plan,
    deaths: plan.deaths.map((death) =>
      death.kind === "kill" ? death : { ...death, at: Math.min(death.at, 2) },
    ),
  });

  it.each(seeds(2))("S1–S8 hold over a run of deaths, seed %i", async (seed) => {
    const { verdict } = await crashRun(early(planCrashes(seed, deaths)), maxLifeMs);
    sum.add(verdict);
    expect(broken(verdict)).toEqual([]);
  });

  it("it died at every failpoint", () => {
    expect([...sum.hits].filter(([, count]) => count === 0)).toEqual([]);
  });
});

describe("a bad network", () => {
  let network: Matrix;
  let sweep: Matrix;
  beforeAll(async () => {
    [network, sweep] = await Promise.all([openNetworkMatrix(), openSweepMatrix()]);
  });
  afterAll(async () => {
    await Promise.all([network[Symbol.asyncDispose](), sweep[Symbol.asyncDispose]()]);
  });

  it("S1–S8 hold over connections that are slow, sliced, stalled and cut", async () => {
    const runs = await Promise.all(seeds(8).map((seed) => network.run(seed)));
    for (const { verdict } of runs) expect(broken(verdict)).toEqual([]);
  });

  it("S1–S8 hold wherever a connection is cut: at each 97th of all the cuts", async () => {
    const { size = 0 } = sweep;
    for (let seed = 0; seed < size; seed += 97) {
      const { verdict } = await sweep.run(seed);
      expect({ seed, broken: broken(verdict) }).toEqual({ seed, broken: [] });
    }
  });
});
