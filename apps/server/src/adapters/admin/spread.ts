/** Owns how a distribution is told in three numbers. */
import type { Spread } from "@roomcast/protocol/operators";
import type { Histogram } from "node:perf_hooks";

export const NS_PER_MS = 1_000_000;

/** Of nothing there is none. @param histogram in ns. */
export function spread(histogram: Histogram, lessMs = 0): Spread | null {
  if (histogram.count === 0) return null;
  const inMs = (ns: number): number => Math.max(0, Math.round((ns / NS_PER_MS - lessMs) * 1_000) / 1_000);
  return {
    p50: inMs(histogram.percentile(50)),
    p99: inMs(histogram.percentile(99)),
    max: inMs(histogram.max),
  };
}
