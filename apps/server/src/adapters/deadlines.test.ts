import { ManualClock } from "@roomcast/hub/testing";
import { beforeEach, describe, expect, it } from "vitest";

import { Deadlines } from "./deadlines.ts";

const DELAY_MS = 1000;

describe("deadlines", () => {
  let clock: ManualClock;
  let due: string[];
  let deadlines: Deadlines<string>;
  beforeEach(() => {
    clock = new ManualClock();
    due = [];
    deadlines = new Deadlines(clock, DELAY_MS, (item) => due.push(item));
  });

  it("W-4: each is due after the delay, with one timer for all", () => {
    deadlines.start("a");
    clock.advance(400);
    deadlines.start("b");
    expect(clock.pendingTimers).toBe(1);
    clock.advance(599);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(["a"]);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(400);
    expect(due).toEqual(["a", "b"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("W-4: one that is started anew counts from then, one that is stopped is never due", () => {
    deadlines.start("a");
    deadlines.start("b");
    clock.advance(900);
    deadlines.start("a");
    deadlines.stop("b");
    clock.advance(999);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(["a"]);
  });

  it("W-4: what becomes due may start itself and others again", () => {
    const pairs = new Deadlines<string>(clock, DELAY_MS, (item) => {
      due.push(item);
      if (due.length <= 4) pairs.start(item);
    });
    pairs.start("a");
    clock.advance(500);
    pairs.start("b");
    clock.advance(10_000);
    expect(due).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("W-4: no timer is left when nothing waits", () => {
    deadlines.start("a");
    deadlines.stop("a");
    expect(clock.pendingTimers).toBe(0);
  });
});
