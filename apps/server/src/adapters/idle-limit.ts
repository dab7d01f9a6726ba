/** Owns how many frames that say nothing a peer may send: they cost the sender little, and the server a turn each. */
const WINDOW_MS = 10_000;
/** Clients ping every few seconds at most. */
const MAX_IDLE_FRAMES = 100;

export class IdleLimit {
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
    return this.#count <= MAX_IDLE_FRAMES;
  }
}
