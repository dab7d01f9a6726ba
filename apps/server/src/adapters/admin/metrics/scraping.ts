/**
 * Owns whether somebody scrapes, and what only a listener can know: how long events take, how late the loop is. Until the
 * first scrape, and once none has come for a while, nothing is listened to. What was counted stays: counters do not go back.
 */
import { type Clock, NO_TELEMETRY, type PublishedEvent, type Timer } from "@roomcast/hub";
import type { Spread } from "@roomcast/protocol/operators";

import type { TelemetryFan } from "../../../telemetry/telemetry-fan.ts";
import { Deliveries } from "../deliveries.ts";
import { LoopDelay } from "../loop-delay.ts";
import { DurationHistogram } from "./duration-histogram.ts";

export interface ScrapingPorts {
  readonly clock: Clock;
  readonly telemetry: Pick<TelemetryFan, "listen">;
}

/** Scrapers come once a minute or more often, and miss one now and then. */
const PATIENCE_MS = 5 * 60_000;

interface Listening {
  readonly loop: LoopDelay;
  readonly stopListening: () => void;
}

export class Scraping {
  /** From the admission of an event that is kept until the log has it. */
  readonly commits = new DurationHistogram();
  /** From the admission of an event to the write to its receivers. */
  readonly deliveries = new DurationHistogram();
  readonly #ports: ScrapingPorts;
  readonly #underWay: Deliveries;
  #listening: Listening | undefined;
  #patience: Timer | undefined;

  constructor(ports: ScrapingPorts) {
    this.#ports = ports;
    this.#underWay = new Deliveries(ports.clock, (durationMs) => {
      this.deliveries.record(durationMs);
    });
  }

  /** Somebody scrapes now. @returns how late the loop was since the last time; null when nobody measured. */
  next(): Spread | null {
    const { clock } = this.#ports;
    this.#patience?.cancel();
    this.#patience = clock.after(PATIENCE_MS, () => {
      this.stop();
    });
    this.#listening ??= this.#listen();
    return this.#listening.loop.next();
  }

  stop(): void {
    this.#patience?.cancel();
    this.#listening?.stopListening();
    this.#listening?.loop.stop();
    this.#listening = undefined;
  }

  #listen(): Listening {
    const published = (event: PublishedEvent): void => {
      this.#count(event);
    };
    return {
      loop: new LoopDelay(),
      stopListening: this.#ports.telemetry.listen({ ...NO_TELEMETRY, published }),
    };
  }

  #count(event: PublishedEvent): void {
    if (event.offset !== undefined) this.commits.record(this.#ports.clock.monotonicMs() - event.sinceMs);
    this.#underWay.count(event);
  }
}
