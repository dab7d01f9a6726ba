/** Goes into a Node server by `--import` where pauses are measured: tells its parent the longest pause of the event loop. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const EVERY_MS = 5;
const NS = 1e6;

const delay = monitorEventLoopDelay({ resolution: EVERY_MS });

process.on("message", (message) => {
  if (message === "begin") {
    delay.reset();
    delay.enable();
  } else process.send?.({ pauseMs: Math.max(0, delay.max / NS - EVERY_MS) });
});
// The server's life is its own.
process.channel?.unref();
