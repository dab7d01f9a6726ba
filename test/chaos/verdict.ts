/** Owns what came of a run, and how runs add up. */
import type { Finding, History } from "@roomcast/hub/testing";

import { type Failpoint, FAILPOINTS } from "./failpoint-names.ts";

export class Verdict {
  readonly findings: Finding[] = [];
  /** What did not happen in time, and what broke outside of the rules. */
  readonly faults: string[] = [];
  acked = 0;
  /** Told to readers: with each of them the checker has looked whether it says the truth. */
  gaps = 0;
  /** That went through a bad network. */
  connections = 0;
  /** By SIGKILL from outside. */
  kills = 0;
  readonly hits = new Map<Failpoint, number>(FAILPOINTS.map((failpoint) => [failpoint, 0]));
  /** Failpoints that a life did not come by. */
  missed = 0;
  /** Of members who were away, or waited for an ack, when all was well again: until they are in, caught up and answered. */
  readonly resumeMs: number[] = [];
  /** From a server's start to its readiness. */
  readonly readyMs: number[] = [];

  get violations(): number {
    return this.findings.length + this.faults.length;
  }

  /** @param at the failpoint at which it killed itself, if it did. @param trap what it was meant to die of. */
  died(at: Failpoint | undefined, trap: Failpoint | undefined): void {
    if (at !== undefined) this.hits.set(at, (this.hits.get(at) ?? 0) + 1);
    else if (trap === undefined) this.kills += 1;
    else this.missed += 1;
  }

  add(other: Verdict): void {
    this.findings.push(...other.findings);
    this.faults.push(...other.faults);
    this.acked += other.acked;
    this.gaps += other.gaps;
    this.connections += other.connections;
    this.kills += other.kills;
    this.missed += other.missed;
    for (const [failpoint, count] of other.hits)
      this.hits.set(failpoint, (this.hits.get(failpoint) ?? 0) + count);
    this.resumeMs.push(...other.resumeMs);
    this.readyMs.push(...other.readyMs);
  }
}

export interface RunResult {
  readonly verdict: Verdict;
  /** undefined when the run broke before it had one. */
  readonly history: History | undefined;
}

/** @returns NaN where nothing was measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}
