/** Owns what is to be reached: what each figure must be, as a ratio to a peer or as it stands. */
import type { FigureName } from "./figures.ts";

export interface Goal {
  readonly scenario: string;
  readonly figure: FigureName;
  /** Whose figure ours is divided by. Missing: ours as it is. */
  readonly against?: string;
  /** Divided by our own figure in this scenario. */
  readonly againstScenario?: string;
  readonly must: Bound;
}

export type Bound = { readonly atMost: number } | { readonly atLeast: number };

export const reached = (bound: Bound, value: number): boolean =>
  "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;

export const GOALS: readonly Goal[] = [
  { scenario: "A", figure: "cpuUsPerDelivery", against: "floor", must: { atMost: 1.6 } },
  { scenario: "A", figure: "cpuUsPerDelivery", against: "socket.io", must: { atMost: 0.65 } },
  { scenario: "B", figure: "deliveriesPerCpuSecond", against: "socket.io", must: { atLeast: 60 } },
  { scenario: "B", figure: "deliveriesPerCpuSecond", against: "bun", must: { atLeast: 2 } },
  { scenario: "B10", figure: "deliveriesPerCpuSecond", against: "socket.io", must: { atLeast: 60 } },
  { scenario: "B10", figure: "deliveriesPerCpuSecond", against: "bun", must: { atLeast: 2 } },
  { scenario: "W64", figure: "deliveriesPerCpuSecond", against: "socket.io", must: { atLeast: 30 } },
  { scenario: "W64", figure: "deliveriesPerCpuSecond", against: "bun", must: { atLeast: 1 } },
  { scenario: "C", figure: "cpuUsPerDelivery", against: "socket.io", must: { atMost: 0.6 } },
  { scenario: "D", figure: "residentKibPerConnection", must: { atMost: 9 } },
  { scenario: "D", figure: "connectsPerCpuSecond", against: "socket.io", must: { atLeast: 2 } },
  { scenario: "E", figure: "p99Ms", against: "socket.io", must: { atMost: 1 } },
  { scenario: "E", figure: "pauseMs", must: { atMost: 50 } },
  { scenario: "J-A", figure: "deliveriesPerCpuSecond", against: "socket.io", must: { atLeast: 1.3 } },
  { scenario: "J-B", figure: "deliveriesPerCpuSecond", against: "socket.io", must: { atLeast: 5 } },
  ...["G-10", "G-100", "F"].map((scenario): Goal => ({
    ...{ scenario, figure: "cpuUsPerDelivery", againstScenario: "A", must: { atMost: 1.2 } },
  })),
  ...["G-rooms-of-10", "G-rooms-of-100", "G-rooms-of-10000"].map((scenario): Goal => ({
    ...{ scenario, figure: "cpuUsPerDelivery", againstScenario: "G-rooms-of-1000", must: { atMost: 1.2 } },
  })),
  { scenario: "G-rooms-100000", figure: "residentBytesPerRoom", must: { atMost: 1024 } },
  { scenario: "K", figure: "normalAgainMs", must: { atMost: 10_000 } },
];
