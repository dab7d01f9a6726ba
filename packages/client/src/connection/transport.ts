/** Owns which way the next attempt goes: a WebSocket, or a stream where those seem to be blocked. Pure. */
import type { Trail } from "./states.ts";
import type { Reason } from "./status.ts";

/** A network that has let WebSockets through is doubted later: it may just be the server that is away. */
const PATIENCE = 3;

export const SCOUT_BASE_MS = 10_000;
export const SCOUT_CAP_MS = 300_000;

/** No server has spoken: not even to refuse. What it refuses with has a code of its own. */
export const wasUnanswered = ({ cause, code }: Reason): boolean =>
  cause === "timeout" || (cause === "closed" && (code === undefined || (code < 4000 && code !== 1012)));

/** @param trail of an attempt that failed. */
export function transportAfter({
  transport,
  unanswered,
  proven,
}: Pick<Trail, "transport" | "unanswered" | "proven">): Trail["transport"] {
  if (unanswered === 0) return transport;
  // Whatever lets neither through is no proxy that knows WebSockets: both are tried in turn.
  return transport === "ws" && unanswered >= (proven ? PATIENCE : 1) ? "sse" : "ws";
}

/** @returns ms until the next WebSocket is tried beside a stream; spread, so that a crowd does not come at once. */
export function scoutMs(scouts: number, chance: number): number {
  return Math.floor(Math.min(SCOUT_CAP_MS, SCOUT_BASE_MS * 2 ** scouts) * (0.5 + chance / 2));
}
