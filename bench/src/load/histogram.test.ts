import { describe, expect, it } from "vitest";

import { Histogram } from "./histogram.ts";

function of(values: Iterable<number>): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe("a histogram", () => {
  it("B-QUANTILES: has the quantiles of small values exactly", () => {
    const histogram = of([...Array(60).keys()]);
    expect([0.5, 0.9, 1].map((fraction) => histogram.quantile(fraction))).toEqual([29, 53, 59]);
  });

  it.each([100, 4_095, 4_096, 123_456, 9_876_543_210])(
    "B-QUANTILES: is never below, and within 3.2 %% above, at %i",
    (value) => {
      const quantile = of([value, value * 3]).quantile(0.5);
      expect(quantile).toBeGreaterThanOrEqual(value);
      expect(quantile).toBeLessThanOrEqual(value * 1.032);
    },
  );

  it("B-QUANTILES: knows the greatest exactly, and says 0 of nothing", () => {
    expect(of([5, 123_457, 3]).max).toBe(123_457);
    expect(of([5, 123_457, 3]).quantile(1)).toBe(123_457);
    expect(of([]).quantile(0.99)).toBe(0);
  });
});
