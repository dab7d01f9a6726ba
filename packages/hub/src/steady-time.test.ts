import { describe, expect, test } from "vitest";

import { SteadyTime } from "./steady-time.ts";

const HOUR_MS = 60 * 60 * 1000;
const START = 1_000_000 * HOUR_MS;

/** A clock and the time by it; durations in hours. */
function steady(last?: number) {
  const clock = { wall: START, monotonic: 5, now: () => clock.wall, monotonicMs: () => clock.monotonic };
  const time = new SteadyTime(clock, last);
  return {
    pass: (hours: number): number => {
      clock.wall += hours * HOUR_MS;
      clock.monotonic += hours * HOUR_MS;
      return (time.now() - START) / HOUR_MS;
    },
    jump: (hours: number): number => {
      clock.wall += hours * HOUR_MS;
      return (time.now() - START) / HOUR_MS;
    },
  };
}

describe("T27: time to forget by", () => {
  test("is the wall clock's while that runs as it should, small corrections included", () => {
    const { pass, jump } = steady();
    expect(pass(1)).toBe(1);
    expect(pass(30)).toBe(31);
    expect(jump(0.5 / 3600)).toBeCloseTo(31 + 0.5 / 3600, 9);
    expect(jump(-0.5 / 3600)).toBeCloseTo(31, 9);
  });

  test("a jump ahead is believed when it has stood for a day, and not before", () => {
    const { pass, jump } = steady();
    expect(jump(31 * 24)).toBe(0);
    expect(pass(23)).toBe(23);
    expect(pass(1)).toBe(24 + 31 * 24);
    expect(pass(1)).toBe(25 + 31 * 24);
  });

  test("of a jump that is set right nothing is left", () => {
    const { pass, jump } = steady();
    jump(25);
    pass(20);
    expect(jump(-25)).toBe(20);
    jump(25);
    expect(pass(20)).toBe(40);
  });

  test("of a clock that is moved about, the least that it was ahead for a day is believed", () => {
    const { pass, jump } = steady();
    jump(30);
    pass(12);
    jump(-20);
    pass(6);
    jump(40);
    expect(pass(6)).toBe(24 + 10);
  });

  test("a jump back is believed at once", () => {
    const { pass, jump } = steady();
    pass(5);
    expect(jump(-48)).toBe(-43);
    expect(pass(1)).toBe(-42);
  });

  test("the time since it was told last may be a jump as well, and the time before a correction", () => {
    const away = steady(START - 40 * 24 * HOUR_MS);
    expect(away.pass(0)).toBe(-40 * 24);
    expect(away.pass(12)).toBe(-40 * 24 + 12);
    expect(away.pass(12)).toBe(24);
    expect(steady(START + 40 * 24 * HOUR_MS).pass(0)).toBe(0);
  });
});
