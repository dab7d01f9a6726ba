import { describe, expect, it } from "vitest";

import { chart } from "./chart.ts";
import { figure, range } from "./format.ts";
import { between } from "./page.ts";

const BEGIN = "<!-- written by pnpm bench: begin -->";
const END = "<!-- written by pnpm bench: end -->";

describe("the page", () => {
  it("B-PAGE: keeps what others wrote around the tables, and replaces the tables", () => {
    const once = between(`before\n${BEGIN}\nold\n${END}\nafter`, "new");
    expect(once).toBe(`before\n${BEGIN}\n\nnew\n\n${END}\nafter`);
    expect(between(once, "newer")).toBe(`before\n${BEGIN}\n\nnewer\n\n${END}\nafter`);
  });

  it("B-PAGE: that has no place for them is left alone", () => {
    expect(() => between(`before ${BEGIN}`, "new")).toThrow("the page needs");
  });
});

describe("figures", () => {
  it.each([
    [0, "0"],
    [0.0683, "0.068"],
    [7.456, "7.46"],
    [23.45, "23.5"],
    [1234567.8, "1,234,568"],
  ])("B-PAGE: %d is %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it("B-PAGE: have a range where there was more than one", () => {
    expect(range({ min: 1, median: 2, max: 3, count: 3 })).toBe("2.00 (1.00–3.00)");
    expect(range({ min: 2, median: 2, max: 2, count: 1 })).toBe("2.00");
  });
});

describe("a chart", () => {
  const bar = (label: string, median: number) => ({
    ...{ label, ours: false },
    value: { min: median, median, max: median, count: 1 },
  });
  const widths = (svg: string): number[] =>
    [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));

  it("B-PAGE: draws bars in proportion", () => {
    const [one = 0, two = 0] = widths(chart("t", [bar("a", 5), bar("b", 10)]));
    expect(two / one).toBeCloseTo(2);
  });

  it("B-PAGE: draws all of them so that they can be seen, and says so, when they are far apart", () => {
    const svg = chart("t", [bar("a", 0.1), bar("b", 1_000)]);
    expect(Math.min(...widths(svg))).toBeGreaterThan(10);
    expect(svg).toContain("(logarithmic)");
  });

  it("B-PAGE: escapes what it is given", () => {
    expect(chart("a < b & c", [bar("<x>", 1)])).toContain("a &lt; b &amp; c");
  });
});
