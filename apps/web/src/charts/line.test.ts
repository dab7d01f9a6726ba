import { describe, expect, it } from "vitest";

import { areaPath, extentOf, linePath, niceCeiling, padded, roundLevels, scale } from "./line.ts";

describe("lines", () => {
  it("knows the lowest and the highest, and that there is none", () => {
    expect(extentOf([3, null, 1, 2])).toEqual({ low: 1, high: 3 });
    expect(extentOf([null])).toBeUndefined();
  });

  it("puts what never changes in the middle", () => {
    const { low, high } = padded({ low: 5, high: 5 }, 0.5);
    expect((low + high) / 2).toBe(5);
    expect(high).toBeGreaterThan(low);
    expect(padded({ low: 0, high: 0 }, 1)).toEqual({ low: -1, high: 1 });
  });

  it("maps a domain to a range, upside down too", () => {
    const y = scale({ low: 0, high: 10 }, { low: 100, high: 0 });
    expect([0, 5, 10].map(y)).toEqual([100, 50, 0]);
  });

  it.each([
    [0, 1],
    [0.3, 0.5],
    [1, 1],
    [11, 20],
    [99, 100],
    [4_200, 5_000],
  ])("an axis for %d ends at %d", (value, end) => {
    expect(niceCeiling(value)).toBe(end);
  });

  it("has its levels at round values", () => {
    expect(roundLevels({ low: 116.2, high: 121.4 }, 5)).toEqual([118, 120]);
    expect(roundLevels({ low: 0, high: 10 }, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(roundLevels({ low: 0.01, high: 0.02 }, 5)).toHaveLength(6);
  });

  it("breaks a line where something is missing", () => {
    expect(linePath([[0, 1], [1, 2.04], null, [2, 3]])).toBe("M0 1L1 2M2 3");
    expect(areaPath([[0, 1], [1, 2], null, [2, 3], null, [3, 1], [4, 1]], 9)).toBe(
      "M0 1L1 2L1 9L0 9ZM3 1L4 1L4 9L3 9Z",
    );
  });
});
