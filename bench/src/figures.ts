/** Owns the table of what is measured: names, units, and which way is better. */
export const FIGURES = {
  cpuUsPerDelivery: { title: "CPU µs per delivery", better: "less" },
  deliveriesPerCpuSecond: { title: "deliveries per CPU second", better: "more" },
  deliveriesPerSecond: { title: "deliveries per second", better: "more" },
  cpuUsPerMessage: { title: "CPU µs per message", better: "less" },
  p50Ms: { title: "p50 ms", better: "less" },
  p99Ms: { title: "p99 ms", better: "less" },
  p999Ms: { title: "p99.9 ms", better: "less" },
  maxMs: { title: "longest ms", better: "less" },
  residentKibPerConnection: { title: "resident KiB per connection", better: "less" },
  residentBytesPerRoom: { title: "resident bytes per room", better: "less" },
  kernelKibPerConnection: { title: "kernel KiB per connection", better: "less" },
  connectsPerSecond: { title: "connects per second", better: "more" },
  connectsPerCpuSecond: { title: "connects per CPU second", better: "more" },
  pauseMs: { title: "longest pause of the event loop, ms", better: "less" },
  grownMib: { title: "memory grown at most, MiB", better: "less" },
  stalledMs: { title: "until a stalled reader is cut, ms", better: "less" },
  closed: { title: "connections the server has closed", better: "less" },
  wholeMs: { title: "until all are whole, ms", better: "less" },
  offeredPerSecond: { title: "publishes offered per second", better: "more" },
  acceptedPerSecond: { title: "accepted per second", better: "more" },
  refused: { title: "refused as overloaded", better: "less" },
  normalAgainMs: { title: "until normal again, ms", better: "less" },
  lost: { title: "lost", better: "less" },
  disordered: { title: "doubled or out of order", better: "less" },
} as const satisfies Record<string, { title: string; better: "less" | "more" }>;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Partial<Record<FigureName, number>>>;
