import { describe, expect, it } from "vitest";

import { isStale, Series, WINDOW_MS } from "./series.ts";

const tick = (price: number, time: number) => ({ price, time, heardAt: time });

describe("the prices of a symbol", () => {
  it("are the latest, and the change over the window", () => {
    const series = new Series("RMC");
    expect(series.view).toBeUndefined();
    series.add(tick(100, 1_000));
    expect(series.view).toMatchObject({ price: 100, change: undefined });
    series.add(tick(110, 2_000));
    expect(series.view).toMatchObject({ price: 110 });
    expect(series.view?.change).toBeCloseTo(0.1);
  });

  it("fall also below zero", () => {
    const series = new Series("OIL");
    series.add(tick(-10, 1_000));
    series.add(tick(-15, 2_000));
    expect(series.view?.change).toBeCloseTo(-0.5);
  });

  it("stand in buckets: a thousand ticks a second cost no more than four", () => {
    const series = new Series("RMC");
    for (let n = 0; n < 10_000; n += 1) series.add(tick(100 + (n % 7), n));
    expect(series.view?.buckets).toHaveLength(40);
    expect(series.view?.buckets[0]).toMatchObject({ time: 0, low: 100, high: 106 });
  });

  it("are forgotten beyond the window, but for the one from which the line comes in", () => {
    const series = new Series("RMC");
    for (let time = 0; time <= 2 * WINDOW_MS; time += 1_000) series.add(tick(1, time));
    expect(series.view?.buckets[0]?.time).toBe(WINDOW_MS - 1_000);
  });

  it("go back further once what was before is known, without touching what is newer", () => {
    const series = new Series("RMC");
    series.add(tick(10, 5_000));
    series.precede([tick(8, 1_000), tick(9, 2_000)]);
    expect(series.view?.buckets.map(({ close }) => close)).toEqual([8, 9, 10]);
    expect(series.view).toMatchObject({ price: 10, heardAt: 5_000 });
    const unheard = new Series("OLD");
    unheard.precede([tick(5, 1_000)]);
    expect(unheard.view).toMatchObject({ price: 5, heardAt: 1_000 });
  });

  it("have a break where ticks are missing", () => {
    const series = new Series("RMC");
    series.add(tick(1, 0));
    series.break();
    series.add(tick(2, 10));
    expect(series.view?.buckets.map(({ isBroken }) => isBroken)).toEqual([false, true]);
  });

  it("are stale after a silence that is long for this symbol", () => {
    const often = new Series("often");
    for (let time = 0; time < 10_000; time += 100) often.add(tick(1, time));
    expect([14_000, 15_000].map((now) => isStale(often.view!, now))).toEqual([false, true]);
    const seldom = new Series("seldom");
    for (let time = 0; time < 100_000; time += 4_000) seldom.add(tick(1, time));
    expect(seldom.view?.staleAfterMs).toBeGreaterThan(20_000);
  });
});
