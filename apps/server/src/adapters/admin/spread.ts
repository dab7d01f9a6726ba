/** Owns how a distribution is told in three numbers. */
import type { Histogram } from "node:perf_hooks";

/** In ms; of nothing there is none. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export const NS_PER_MS = 1_000_000;

/** @param histogram in ns. */
export function spread(histogram: Histogram, lessMs = 0): Spread | null {
  if (histogram.count === 0) return null;
  const inMs = (ns: number): number => Math.max(0, Math.round((ns / NS_PER_MS - lessMs) * 1_000) / 1_000);
  return {
    p50: inMs(histogram.percentile(50)),
    p99: inMs(histogram.percentile(99)),
    max: inMs(histogram.max),
  };
}
