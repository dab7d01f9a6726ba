import { expect, test } from "vitest";

import { ManualClock } from "../testing/manual-clock.ts";
import { Expiry } from "./expiry.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

test("R-EXPIRY: told once, at the very ms, however far away it is", () => {
  for (const inMs of [1, 60_000, DAY_MS, 400 * DAY_MS]) {
    const clock = new ManualClock();
    let told = 0;
    new Expiry(clock, { expired: () => (told += 1) }).watch(clock.now() + inMs);
    clock.advance(inMs - 1);
    expect(told).toBe(0);
    clock.advance(1);
    expect(told).toBe(1);
    clock.advance(DAY_MS);
    expect(told).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  }
});

test("R-EXPIRY: at once when it is over already, never when there is none, and only the newest counts", () => {
  const clock = new ManualClock();
  let told = 0;
  const expiry = new Expiry(clock, { expired: () => (told += 1) });
  expiry.watch(clock.now());
  expect(told).toBe(1);
  expiry.watch(clock.now() + 10);
  expiry.watch(undefined);
  clock.advance(DAY_MS);
  expect(told).toBe(1);
  expiry.watch(clock.now() + 10);
  expiry.watch(clock.now() + 20);
  clock.advance(19);
  expect(told).toBe(1);
  expiry.cancel();
  clock.advance(DAY_MS);
  expect(told).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test("R-EXPIRY: a wall clock that was set back does not end it early", () => {
  const clock = new ManualClock();
  let told = 0;
  new Expiry(clock, { expired: () => (told += 1) }).watch(clock.now() + 1000);
  clock.jump(-500);
  clock.advance(1000);
  expect(told).toBe(0);
  clock.advance(500);
  expect(told).toBe(1);
});

test.each([
  [400 * DAY_MS, 400 * DAY_MS - 30_000, 30_000],
  [60_000, 30_000, 30_000],
  [10_000, 5_000, 5_000],
  [2_000, 1_000, 1_000],
  [1_999, undefined, undefined],
])("R-EXPIRY-WARNED: of %i ms it warns after %s", (inMs, afterMs, leftMs) => {
  const clock = new ManualClock();
  const began = clock.now();
  const warned: number[][] = [];
  let ended = 0;
  const expiry = new Expiry(clock, {
    warned: (left) => warned.push([clock.now() - began, left]),
    expired: () => (ended += 1),
  });
  expiry.watch(began + inMs);
  clock.advance(inMs);
  expect(warned).toEqual(afterMs === undefined ? [] : [[afterMs, leftMs]]);
  expect([ended, clock.pendingTimers]).toEqual([1, 0]);
});

test("R-EXPIRY-WARNED: whoever renews from within the warning, by the same token even, is not warned in a circle", () => {
  const clock = new ManualClock();
  const expiresAt = clock.now() + 60_000;
  let warnings = 0;
  const expiry: Expiry = new Expiry(clock, {
    warned: () => {
      warnings += 1;
      expiry.watch(expiresAt);
    },
    expired: () => undefined,
  });
  expiry.watch(expiresAt);
  clock.advance(60_000);
  expect(warnings).toBe(5);
  expect(clock.pendingTimers).toBe(0);
});
