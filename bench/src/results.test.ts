import { expect, it } from "vitest";

import { Results } from "./results.ts";

const entry = (peer: string, repeat: number, cpuUsPerDelivery: number, lost = 0) => ({
  ...{ scenario: "A", peer, repeat, load: 1 },
  figures: { cpuUsPerDelivery, lost },
});

it("figures find their pair by the repeat, whatever order they were measured in", () => {
  const results = new Results();
  for (const each of [entry("x", 1, 4), entry("y", 0, 10), entry("y", 1, 2), entry("x", 0, 5)])
    results.add(each);
  expect(results.ratio(["A", "x"], ["A", "y"], "cpuUsPerDelivery")).toMatchObject({ min: 0.5, max: 2 });
  expect(results.spread("A", "x", "p99Ms")).toBeUndefined();
});

it("a run that lost anything is named", () => {
  const results = new Results();
  results.add(entry("x", 0, 1));
  results.add(entry("y", 0, 1, 3));
  expect(results.faults.map(({ peer }) => peer)).toEqual(["y"]);
});
