/** GET /metrics: the table of what a scraper is told. What is here now is read as the overview reads it. */
import type { Hub } from "@roomcast/hub";

import type { Tally } from "../../../telemetry/tally.ts";
import type { Answer } from "../../http/answer.ts";
import { overview, type OverviewPorts } from "../overview.ts";
import { exposition, EXPOSITION_TYPE, type Family, type Sample } from "./exposition.ts";
import type { Scraping } from "./scraping.ts";

export interface MetricsPorts extends OverviewPorts {
  readonly hub: OverviewPorts["hub"] & Pick<Hub, "transports">;
  readonly tally: Pick<Tally, "refusals" | "closes" | "limited" | "trimmed" | "faults">;
  readonly scraping: Scraping;
}

const MS_PER_S = 1_000;
const US_PER_S = 1_000_000;

export const showMetrics = (ports: MetricsPorts): Answer => ({
  status: 200,
  body: exposition(families(ports)),
  headers: { "Content-Type": EXPOSITION_TYPE },
});

function families({ tally, scraping, ...ports }: MetricsPorts): readonly Family[] {
  const now = overview(ports, null);
  const { version, node } = now.server;
  const { kind: store, durability, waiting } = now.store;
  const { user, system } = process.cpuUsage();
  const loopDelay = Object.entries<number>({ ...scraping.next() }).map(([stat, delayMs]) => ({
    labels: { stat },
    value: delayMs / MS_PER_S,
  }));
  const table: [name: string, type: Family["type"], samples: readonly Sample[], help: string][] = [
    ["roomcast_info", "gauge", one(1, { version, node, store, durability }), "What runs."],
    ["roomcast_draining", "gauge", one(Number(now.draining)), "1 once the server takes nobody new."],
    ["roomcast_connections", "gauge", by("transport", ports.hub.transports()), "Open connections."],
    ["roomcast_sessions", "gauge", one(now.sessions), "Clients that are connected or may come back."],
    ["roomcast_rooms", "gauge", one(now.rooms), "Rooms that somebody is in, or expected back."],
    ["roomcast_events_in_total", "counter", one(now.eventsIn), "Events published, a repeated one once."],
    ["roomcast_events_out_total", "counter", one(now.eventsOut), "Events times the members of each."],
    ["roomcast_refusals_total", "counter", by("code", tally.refusals), "Messages refused, by error code."],
    ["roomcast_closes_total", "counter", by("code", tally.closes), "Connections ended, by close code."],
    [
      "roomcast_limited_total",
      "counter",
      by("limit", tally.limited),
      "Asked for beyond a limit, by its setting.",
    ],
    ["roomcast_faults_total", "counter", one(tally.faults), "Bugs, and hooks of the application that threw."],
    ["roomcast_slow_clients", "gauge", one(now.slow.clients), "Clients with more than 64 KiB to take."],
    ["roomcast_slow_queued_bytes", "gauge", one(now.slow.queuedBytes), "What slow clients have to take."],
    ["roomcast_store_waiting_events", "gauge", one(waiting), "Events that wait for the store."],
    [
      "roomcast_trimmed_events_total",
      "counter",
      by("by", tally.trimmed),
      "Forgotten, by the limit of history.",
    ],
    ["roomcast_commit_seconds", "histogram", scraping.commits.samples(), "From admission until it is kept."],
    ["roomcast_delivery_seconds", "histogram", scraping.deliveries.samples(), "From admission to the write."],
    ["roomcast_loop_delay_seconds", "gauge", loopDelay, "How late the event loop was since the last scrape."],
    // Under names that dashboards know already.
    ["process_start_time_seconds", "gauge", one(performance.timeOrigin / MS_PER_S), "Since 1970."],
    ["process_cpu_seconds_total", "counter", one((user + system) / US_PER_S), "Of all threads."],
    ["process_resident_memory_bytes", "gauge", one(now.memory.rssBytes), "Of the process."],
    ["nodejs_heap_size_used_bytes", "gauge", one(now.memory.heapUsedBytes), "Of the main thread."],
  ];
  return table.map(([name, type, samples, help]) => ({ name, type, samples, help }));
}

const one = (value: number, labels: Sample["labels"] = {}): readonly Sample[] => [{ value, labels }];

const by = (label: string, counts: ReadonlyMap<string, number>): readonly Sample[] =>
  [...counts].map(([each, value]) => ({ labels: { [label]: each }, value }));
