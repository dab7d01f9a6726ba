/** Owns how the prices of a symbol become curves: a small one of the last minute, and a large one with a range. */
import { extentOf, padded, type Extent, type Point, scale } from "../charts/line.ts";
import type { Bucket, SymbolView } from "./series.ts";

/** A curve that has just begun is drawn as wide as this. */
const LEAST_MS = 15_000;
const SPARK_MS = 60_000;

export interface Curve {
  readonly points: readonly Point[];
  /** Of the prices that are shown. */
  readonly prices: Extent;
  /** Of the axis. */
  readonly domain: Extent;
}

/** In a square of 100 by 100, up to the last tick. */
export function sparkline(view: SymbolView): readonly Point[] {
  // Of one price there is no curve.
  if (view.buckets.length < 2) return [];
  return curve(view, view.time, spanOf(view, view.time, SPARK_MS), 0.1)?.points ?? [];
}

/** How far back a curve goes: as far as there are prices, and no further than `mostMs`. */
export const spanOf = ({ buckets }: SymbolView, end: number, mostMs: number): number =>
  Math.min(mostMs, Math.max(LEAST_MS, end - (buckets[0]?.time ?? end)));

/** In a square of 100 by 100. @param end ms since 1970, by the server's clock. undefined: nothing was heard in this time. */
export function curve(
  { buckets, price }: SymbolView,
  end: number,
  windowMs: number,
  padding: number,
): Curve | undefined {
  const shown = within(buckets, end - windowMs);
  const prices = extentOf(shown.flatMap(({ low, high }) => [low, high]));
  if (prices === undefined) return undefined;
  const domain = padded(prices, padding);
  const x = scale({ low: end - windowMs, high: end }, { low: 0, high: 100 });
  const y = scale(domain, { low: 100, high: 0 });
  const points: Point[] = shown.flatMap(({ time, close, isBroken }): Point[] => {
    const point: Point = [Math.max(0, x(time)), y(close)];
    return isBroken ? [null, point] : [point];
  });
  // A price stands until the next one.
  points.push([x(end), y(price)]);
  return { points, prices, domain };
}

/** From this moment on, and the one before it, from which the line comes in. */
function within(buckets: readonly Bucket[], start: number): readonly Bucket[] {
  const first = buckets.findIndex(({ time }) => time >= start);
  return buckets.slice(first === -1 ? -1 : Math.max(0, first - 1));
}
