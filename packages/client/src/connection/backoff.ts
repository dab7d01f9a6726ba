/** Owns how long to wait before the next attempt: full jitter, so that a crowd that fell together does not return together. */

export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 20_000;

/**
 * @param failures attempts in a row that led to no stable connection; 0 after a stable one was lost.
 * @param awayMs for how long there has been no stable connection: of many who fail fast, some would else wait far longer than
 * the server was away.
 * @param chance evenly spread over [0, 1).
 * @returns ms, anywhere between nothing and a bound that doubles with each failure.
 */
export function backoffMs(failures: number, awayMs: number, chance: number): number {
  const bound = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** failures, BACKOFF_BASE_MS + awayMs);
  return Math.floor(chance * bound);
}
