/** Owns what the network does to a connection, drawn from a seed. */
import type { SeededRandom } from "@roomcast/hub/testing";

import type { Route, Weather } from "../harness/chaos-proxy.ts";

/** About what a member says and hears in a run. */
const MAX_UP_BYTES = 4_000;
const MAX_DOWN_BYTES = 40_000;
/** Longer than a client that was woken waits for its pong: it comes back while the old socket is still there. */
const LONG_STALL_MS = 3_500;

export function drawRoute(random: SeededRandom): Route {
  return { up: drawWeather(random, MAX_UP_BYTES), down: drawWeather(random, MAX_DOWN_BYTES) };
}

function drawWeather(random: SeededRandom, maxBytes: number): Weather {
  const happens = (chance: number): boolean => random.fraction() < chance;
  return {
    ...(happens(0.5) && { latencyMs: random.below(25) }),
    ...(happens(0.2) && { bytesPerSecond: 20_000 + random.below(200_000), sliceBytes: 1_400 }),
    ...(happens(0.2) && { sliceBytes: random.pick([1, 2, 7, 100]) }),
    ...(happens(0.2) && {
      stallAfterBytes: random.below(maxBytes),
      stallMs: happens(0.1) ? LONG_STALL_MS : random.below(400),
    }),
    ...(happens(0.4) && {
      cutAfterBytes: random.below(maxBytes),
      cutBy: random.pick(["reset", "end"] as const),
    }),
  };
}
