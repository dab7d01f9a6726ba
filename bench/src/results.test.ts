import { expect, it } from "vitest";

import { Results } from "./results.ts";

const entry = (peer: string, repeat: number, cpuUsPerDelivery: number, lost = 0) => ({
  ...{ scenario: "A", peer, repeat, load: 1 },
  figures: { cpuUsPerDelivery, lost },
});

it("B-PAIRS: figures find their pair by the repeat, whatever order they were measured in", () => {
  const results = new Results();
  for (const each of [entry("x", 1, 4), entry("y", 0, 10), entry("y", 1, 2), entry("x", 0, 5)])
    results.add(each);
  expect(results.ratio(["A", "x"], ["A", "y"], "cpuUsPerDelivery")).toMatchObject({ min: 0.5, max: 2 });
  expect(results.spread("A", "x", "p99Ms")).toBeUndefined();
});

it("B-FAULTS: a run that lost anything is named", () => {
  const results = new Results();
  results.add(entry("x", 0, 1));
  results.add(entry("y", 0, 1, 3));
  expect(results.faults.map(({ peer }) => peer)).toEqual(["y"]);
});

it("B-FAULTS: a run that came to nothing is named, and has no part in the figures", () => {
  const results = new Results();
  results.add({ ...entry("x", 0, 1), figures: {}, failure: "it did not start" });
  results.add(entry("x", 1, 2));
  results.add(entry("y", 0, 4));
  expect(results.failures.map(({ peer, repeat }) => [peer, repeat])).toEqual([["x", 0]]);
  expect(results.spread("A", "x", "cpuUsPerDelivery")).toMatchObject({ count: 1, median: 2 });
  expect(results.ratio(["A", "x"], ["A", "y"], "cpuUsPerDelivery")).toBeUndefined();
});
