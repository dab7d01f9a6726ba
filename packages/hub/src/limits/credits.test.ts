import { describe, expect, it } from "vitest";

import { ManualClock } from "../testing/manual-clock.ts";
import { Credits } from "./credits.ts";

describe("H-8: credits of those who have no connection", () => {
  it("one sender's are spent without touching another's, and come back with time", () => {
    const clock = new ManualClock();
    const credits = new Credits(clock, 10);
    for (let count = 0; count < 20; count += 1) expect(credits.take("ada")).toBe(0);
    expect(credits.take("ada")).toBe(100);
    expect(credits.take("bob")).toBe(0);
    clock.advance(100);
    expect(credits.take("ada")).toBe(0);
    expect(credits.take("ada")).toBe(100);
  });

  it("T26: who has not asked for twice as long as it takes until all is there again is forgotten, and nobody else", () => {
    const clock = new ManualClock();
    const credits = new Credits(clock, 10);
    for (let count = 0; count < 1000; count += 1) credits.take(`address ${count}`);
    for (let count = 0; count < 20; count += 1) credits.take("__proto__");
    clock.advance(1999);
    for (let count = 0; count < 20; count += 1) credits.take("ada");
    expect(credits.size).toBe(1002);
    clock.advance(1);
    expect(credits.take("ada")).toBe(99);
    expect(credits.take("__proto__")).toBe(0);
    clock.advance(1999);
    for (let count = 0; count < 20; count += 1) credits.take("bob");
    clock.advance(1);
    expect(credits.take("bob")).toBe(99);
    expect(credits.size).toBe(3);
    clock.advance(4000);
    expect(credits.take("bob")).toBe(0);
    expect(credits.size).toBe(1);
  });

  it("R-LIMIT-UPGRADES: who comes seldom may come in a crowd, and is remembered until the last of it is forgiven", () => {
    const clock = new ManualClock();
    const credits = new Credits(clock, 10, 20_000);
    for (let count = 0; count < 200; count += 1) expect(credits.take("office")).toBe(0);
    expect(credits.take("office")).toBe(100);
    clock.advance(19_999);
    credits.take("somebody");
    expect(credits.size).toBe(2);
    clock.advance(1);
    for (let count = 0; count < 200; count += 1) expect(credits.take("office")).toBe(0);
    expect(credits.take("office")).toBe(100);
  });

  it("what costs many is given to who has one, who then waits until all of it has come in", () => {
    const clock = new ManualClock();
    const credits = new Credits(clock, 10);
    expect(credits.take("ada", 15)).toBe(0);
    expect(credits.take("ada", 15)).toBe(0);
    expect(credits.take("ada", 15)).toBe(1_100);
    clock.advance(1_099);
    expect(credits.take("ada")).toBe(1);
    clock.advance(1);
    expect(credits.take("ada")).toBe(0);
  });

  it("0 is no limit, and keeps no account", () => {
    const credits = new Credits(new ManualClock(), 0);
    for (let count = 0; count < 1000; count += 1) expect(credits.take("ada")).toBe(0);
    expect(credits.size).toBe(0);
  });
});
