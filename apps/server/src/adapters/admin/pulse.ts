/** Owns what is measured of the process while somebody watches: how long events take, how late the loop is, what it costs. */
import type { Clock, PublishedEvent } from "@roomcast/hub";
import type { LastSecond } from "@roomcast/protocol/operators";
import { createHistogram } from "node:perf_hooks";

import { Deliveries } from "./deliveries.ts";
import { LoopDelay } from "./loop-delay.ts";
import { NS_PER_MS, spread } from "./spread.ts";

/** Of the events or turns of the last second. */
export type PulseSample = Pick<LastSecond, "deliverMs" | "loopDelayMs" | "cpu">;

const US_PER_S = 1_000_000;

export class Pulse {
  readonly #delivery = createHistogram();
  readonly #deliveries: Deliveries;
  readonly #loop = new LoopDelay();
  #cpu = process.cpuUsage();

  constructor(clock: Clock) {
    this.#deliveries = new Deliveries(clock, (durationMs) => {
      this.#delivery.record(Math.max(1, Math.round(durationMs * NS_PER_MS)));
    });
  }

  count(event: PublishedEvent): void {
    this.#deliveries.count(event);
  }

  /** Of the time since the last call. */
  next(seconds: number): PulseSample {
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const sample = {
      deliverMs: spread(this.#delivery),
      loopDelayMs: this.#loop.next(),
      cpu: (user + system) / US_PER_S / seconds,
    };
    this.#delivery.reset();
    return sample;
  }

  stop(): void {
    this.#loop.stop();
  }
}
