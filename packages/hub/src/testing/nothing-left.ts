/** Owns the leak check: when everybody has gone, a hub holds nothing and waits for nothing. */
import type { Hub } from "../hub.ts";
import type { ManualClock } from "./manual-clock.ts";

/** @throws when a connection, a session, a room or a timer is left. */
export function expectNothingLeft(hub: Hub, clock: ManualClock): void {
  const left = { ...hub.counts(), timers: clock.pendingTimers, carriers: hub.carriers.size };
  if (Object.values(left).some((count) => count !== 0)) {
    throw new Error(`left behind: ${JSON.stringify(left)}`);
  }
}
