/** Owns time as Node gives it. No timer of it keeps a process alive: sockets and the store do that. */
import type { Clock, Timer } from "@roomcast/hub";

export class NodeClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = setTimeout(run, delayMs).unref();
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  }

  afterTurn(run: () => void): void {
    setImmediate(run);
  }
}
