/** Owns how often a peer may ping: each ping is answered, so a flood of them costs the server a flood of its own. */
const WINDOW_MS = 10_000;
/** Clients ping every few seconds at most. */
const MAX_PINGS = 100;

export class PingLimit {
  #count = 0;
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** @returns whether this one is still allowed. */
  take(nowMs: number): boolean {
    if (nowMs - this.#sinceMs > WINDOW_MS) {
      this.#sinceMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= MAX_PINGS;
  }
}
