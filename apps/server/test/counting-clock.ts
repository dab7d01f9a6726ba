/** Owns a real clock that knows which of its timers are pending. */
import type { Timer } from "@roomcast/hub";

import { NodeClock } from "../src/node-clock.ts";

export class CountingClock extends NodeClock {
  readonly pending = new Set<Timer>();

  override after(delayMs: number, run: () => void): Timer {
    const timer = super.after(delayMs, () => {
      this.pending.delete(timer);
      run();
    });
    this.pending.add(timer);
    return {
      cancel: () => {
        this.pending.delete(timer);
        timer.cancel();
      },
    };
  }
}
