import { describe, expect, it } from "vitest";

import { dayName } from "./format.ts";

const at = (...date: [number, number, number, number?, number?]): number => new Date(...date).getTime();

describe("days", () => {
  const now = at(2026, 10, 21, 0, 5);
  it("names the near ones", () => {
    expect(dayName(at(2026, 10, 21, 0, 1), now)).toBe("Today");
    expect(dayName(at(2026, 10, 20, 23, 59), now)).toBe("Yesterday");
  });
  it("dates the others, with the year where it is another one", () => {
    expect(dayName(at(2026, 10, 19, 12, 0), now)).not.toMatch(/2026/);
    expect(dayName(at(2025, 10, 19, 12, 0), now)).toMatch(/2025/);
  });
});
