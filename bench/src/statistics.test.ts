import { describe, expect, it } from "vitest";

import { ratioSpread, spread } from "./statistics.ts";

describe("spreads", () => {
  it("B-PAIRS: are the least, the median and the greatest, in any order of the values", () => {
    expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3, count: 3 });
    expect(spread([10, 4, 1, 2])).toEqual({ min: 1, median: 3, max: 10, count: 4 });
    expect(spread([])).toBeUndefined();
  });

  it("B-PAIRS: of ratios are of pairs within a repeat, not of medians", () => {
    expect(ratioSpread([1, 20, 3], [2, 10, 3])).toEqual({ min: 0.5, median: 1, max: 2, count: 3 });
  });

  it("B-PAIRS: leave out a repeat that one side has not", () => {
    expect(ratioSpread([1, undefined, 6], [2, 5, 3])).toEqual({ min: 0.5, median: 1.25, max: 2, count: 2 });
    expect(ratioSpread([1], [0])).toBeUndefined();
  });
});
