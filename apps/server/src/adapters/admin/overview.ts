/** Owns the overview of the server: what is here now, and, where somebody watches, what went on in the last second. */
import type { Hub } from "@roomcast/hub";

import type { PulseSample } from "./pulse.ts";

export interface Overview {
  /** Ms since 1970. */
  readonly time: number;
  readonly uptimeMs: number;
  readonly server: { readonly name: string; readonly version: string; readonly node: string };
  readonly draining: boolean;
  readonly connections: number;
  readonly sessions: number;
  readonly rooms: number;
  /** Since the start. */
  readonly eventsIn: number;
  readonly eventsOut: number;
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number };
  readonly store: {
    readonly kind: string;
    readonly durability: string;
    /** Events that wait for it. */
    readonly waiting: number;
  };
  readonly slow: { readonly clients: number; readonly queuedBytes: number };
  /** null while nobody watches. */
  readonly lastSecond: LastSecond | null;
}

export interface LastSecond extends PulseSample {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  readonly refusedPerSecond: number;
}

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
