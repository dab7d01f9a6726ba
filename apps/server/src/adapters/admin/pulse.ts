/** Owns what is measured of the process while somebody watches: how long events take, how late the loop is, what it costs. */
import type { Clock, PublishedEvent } from "@roomcast/hub";
import { createHistogram, type Histogram, monitorEventLoopDelay } from "node:perf_hooks";

/** In ms, of the events or turns of the last second; null when there were none. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface PulseSample {
  /** From the admission of an event to the write to its receivers. */
  readonly deliverMs: Spread | null;
  readonly loopDelayMs: Spread | null;
  /** Of one core, 0 to 1 and beyond: the store writes in a thread of its own. */
  readonly cpu: number;
}

const LOOP_RESOLUTION_MS = 20;
const NS_PER_MS = 1_000_000;
const NS_PER_US = 1_000;

export class Pulse {
  readonly #clock: Clock;
  readonly #delivery = createHistogram();
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  /** When the events set out that are written at the end of this turn. */
  #underWayMs: number[] = [];
  #cpu = process.cpuUsage();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#loop.enable();
  }

  count({ sinceMs }: PublishedEvent): void {
    if (this.#underWayMs.push(sinceMs) > 1) return;
    this.#clock.afterTurn(() => {
      const nowMs = this.#clock.monotonicMs();
      for (const eachMs of this.#underWayMs)
        this.#delivery.record(Math.max(1, Math.round((nowMs - eachMs) * NS_PER_MS)));
      this.#underWayMs = [];
    });
  }

  /** Of the time since the last call. */
  next(seconds: number): PulseSample {
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const sample = {
      deliverMs: spread(this.#delivery),
      // What is measured is the whole interval between two looks.
      loopDelayMs: spread(this.#loop, LOOP_RESOLUTION_MS),
      cpu: (user + system) / NS_PER_US / 1_000 / seconds,
    };
    this.#delivery.reset();
    this.#loop.reset();
    return sample;
  }

  stop(): void {
    this.#loop.disable();
  }
}

function spread(histogram: Histogram, lessMs = 0): Spread | null {
  if (histogram.count === 0) return null;
  const inMs = (ns: number): number => Math.max(0, Math.round((ns / NS_PER_MS - lessMs) * 1_000) / 1_000);
  return {
    p50: inMs(histogram.percentile(50)),
    p99: inMs(histogram.percentile(99)),
    max: inMs(histogram.max),
  };
}
