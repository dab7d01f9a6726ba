/** Owns all that is gathered while somebody watches; it begins with the first who does, and is gone with the last. */
import type { Clock, PublishedEvent, Telemetry, TelemetryEvent } from "@roomcast/hub";
import type { LastSecond, Overview } from "@roomcast/protocol/operators";

import { Beat } from "./beat.ts";
import { overview, type OverviewPorts, SLOW_BYTES } from "./overview.ts";
import { Pulse } from "./pulse.ts";
import { RoomRates } from "./room-rates.ts";
import type { Tail } from "./tail.ts";
import { Timelines } from "./timelines.ts";

const EVERY_MS = 1_000;

export interface GatheringPorts extends OverviewPorts {
  readonly clock: Clock;
}

export class Gathering implements Telemetry {
  readonly timelines = new Timelines();
  readonly rates = new RoomRates();
  readonly tails = new Set<Tail>();
  readonly viewers = new Set<(sample: Overview) => void>();
  readonly #ports: GatheringPorts;
  readonly #pulse: Pulse;
  readonly #beat: Beat;
  #lastSecond: LastSecond | null = null;
  #sinceMs: number;
  #before: { readonly eventsIn: number; readonly eventsOut: number };
  #refused = 0;
  /** Clients that were slow when last looked at: told of once. */
  #slow = new Set<string>();

  constructor(ports: GatheringPorts) {
    const { clock, hub } = ports;
    this.#ports = ports;
    this.#pulse = new Pulse(clock);
    this.#sinceMs = clock.monotonicMs();
    this.#before = { ...hub.inspection.traffic };
    this.#beat = new Beat(clock, EVERY_MS, () => this.#next());
  }

  get lastSecond(): LastSecond | null {
    return this.#lastSecond;
  }

  record(event: TelemetryEvent): void {
    if (event.kind === "refused") this.#refused += 1;
    this.timelines.record(event, this.#ports.clock.now());
  }

  readonly published = (event: PublishedEvent): void => {
    this.#pulse.count(event);
    this.rates.count(event);
    for (const tail of this.tails) tail.take(event);
  };

  stop(): void {
    this.#beat.stop();
    this.#pulse.stop();
  }

  #next(): void {
    const { clock, hub } = this.#ports;
    const nowMs = clock.monotonicMs();
    const seconds = (nowMs - this.#sinceMs) / 1_000;
    const { eventsIn, eventsOut } = hub.inspection.traffic;
    this.rates.next(seconds);
    this.#lastSecond = {
      inPerSecond: (eventsIn - this.#before.eventsIn) / seconds,
      outPerSecond: (eventsOut - this.#before.eventsOut) / seconds,
      refusedPerSecond: this.#refused / seconds,
      ...this.#pulse.next(seconds),
    };
    this.#sinceMs = nowMs;
    this.#before = { eventsIn, eventsOut };
    this.#refused = 0;
    this.#noteSlow();
    const sample = overview(this.#ports, this.#lastSecond);
    for (const view of this.viewers) view(sample);
  }

  #noteSlow(): void {
    const time = this.#ports.clock.now();
    const slow = this.#ports.hub.inspection.slow(SLOW_BYTES);
    for (const { clientId, queuedBytes } of slow)
      if (!this.#slow.has(clientId)) this.timelines.add(clientId, { time, kind: "slow", queuedBytes });
    this.#slow = new Set(slow.map(({ clientId }) => clientId));
  }
}
