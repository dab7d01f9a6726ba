import { describe, expect, test } from "vitest";

import { ManualClock } from "../testing/manual-clock.ts";
import { TokenBucket } from "./token-bucket.ts";

const takeUntilRefused = (bucket: TokenBucket): { taken: number; waitMs: number } => {
  for (let taken = 0; ; taken += 1) {
    const waitMs = bucket.take();
    if (waitMs > 0) return { taken, waitMs };
  }
};

describe("token bucket", () => {
  test("R-CREDIT: a burst of twice the rate, then one as soon as it says", () => {
    for (const perSecond of [1, 3, 7, 30, 50]) {
      const clock = new ManualClock();
      const bucket = new TokenBucket(clock, perSecond);
      const { taken, waitMs } = takeUntilRefused(bucket);
      expect(taken).toBe(perSecond * 2);
      expect(waitMs).toBe(Math.ceil(1000 / perSecond));
      clock.advance(waitMs - 1);
      expect(bucket.take()).toBe(1);
      clock.advance(1);
      expect(bucket.take()).toBe(0);
    }
  });

  test("R-CREDIT: over a long time exactly the rate, and never more than a burst at once", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock, 50);
    takeUntilRefused(bucket);
    let taken = 0;
    for (let ms = 0; ms < 10_000; ms += 1) {
      clock.advance(1);
      if (bucket.take() === 0) taken += 1;
    }
    expect(taken).toBe(500);
    clock.advance(3_600_000);
    expect(takeUntilRefused(bucket).taken).toBe(100);
  });

  test("R-CREDIT: 0 means no limit", () => {
    const bucket = new TokenBucket(new ManualClock(), 0);
    for (let index = 0; index < 10_000; index += 1) expect(bucket.take()).toBe(0);
  });

  test("R-CREDIT: a wall clock that jumps gives nothing and takes nothing", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock, 10);
    takeUntilRefused(bucket);
    clock.jump(3_600_000);
    expect(bucket.take()).toBe(100);
    clock.jump(-7_200_000);
    clock.advance(100);
    expect(bucket.take()).toBe(0);
  });

  test("R-CREDIT: less than one in two seconds is still one now and then", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock, 0.25);
    expect(bucket.take()).toBe(0);
    expect(bucket.take()).toBe(4000);
    clock.advance(4000);
    expect(bucket.take()).toBe(0);
  });
});
