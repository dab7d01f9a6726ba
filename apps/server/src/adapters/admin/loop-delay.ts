/** Owns how late the event loop is, from when it is made until it is stopped: it costs a timer. */
import type { Spread } from "@roomcast/protocol/operators";
import { monitorEventLoopDelay } from "node:perf_hooks";

import { spread } from "./spread.ts";

const RESOLUTION_MS = 20;

export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** Of the time since the last call. */
  next(): Spread | null {
    // What is measured is the whole interval between two looks.
    const delay = spread(this.#histogram, RESOLUTION_MS);
    this.#histogram.reset();
    return delay;
  }

  stop(): void {
    this.#histogram.disable();
  }
}
