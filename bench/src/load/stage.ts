/** Owns what every load stands on: how a client is made, what the server has used, and whom to tell that it begins. */
import { BareWire } from "./bare-wire.ts";
import { DIALECTS } from "./dialect.ts";
import type { Job } from "./job.ts";
import { ServerMeter } from "./server-meter.ts";
import { STOCK_DIALECTS, StockWire } from "./stock-wire.ts";
import type { Wire, WireOptions } from "./wire.ts";

export class Stage {
  readonly meter: ServerMeter;
  /** From here on the server's pauses count. */
  readonly measuring: () => void;
  readonly #job: Job;

  constructor(job: Job, measuring: () => void) {
    this.#job = job;
    this.meter = new ServerMeter(job.pids);
    this.measuring = measuring;
  }

  get port(): number {
    return this.#job.port;
  }

  wire(options: Omit<WireOptions, "port">): Wire {
    const { dialect, load, port } = this.#job;
    const stock = "stock" in load ? STOCK_DIALECTS[dialect] : undefined;
    return stock === undefined
      ? new BareWire(DIALECTS[dialect], { ...options, port })
      : new StockWire(stock, { ...options, port });
  }
}
