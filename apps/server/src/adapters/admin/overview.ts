/** Owns the overview of the server: what is here now, and, where somebody watches, what went on in the last second. */
import type { Hub } from "@roomcast/hub";
import type { LastSecond, Overview } from "@roomcast/protocol/operators";

export interface OverviewPorts {
  readonly hub: Pick<Hub, "counts" | "draining" | "inspection">;
  readonly clock: { now(): number };
  readonly server: Overview["server"];
  /** "sqlite", "memory", … */
  readonly storeKind: string;
}

/** A reader that has more than this to take is slow; at 1 MiB it is closed. */
export const SLOW_BYTES = 64 * 1024;

export function overview(
  { hub, clock, server, storeKind }: OverviewPorts,
  lastSecond: LastSecond | null,
): Overview {
  const { inspection } = hub;
  const { eventsIn, eventsOut } = inspection.traffic;
  const { rss, heapUsed } = process.memoryUsage();
  const slow = inspection.slow(SLOW_BYTES);
  return {
    time: clock.now(),
    uptimeMs: Math.round(process.uptime() * 1000),
    server,
    draining: hub.draining,
    ...hub.counts(),
    ...{ eventsIn, eventsOut },
    memory: { rssBytes: rss, heapUsedBytes: heapUsed },
    store: { kind: storeKind, durability: inspection.durability, waiting: inspection.appending },
    slow: { clients: slow.length, queuedBytes: slow.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0) },
    lastSecond,
  };
}
