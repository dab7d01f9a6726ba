/**
 * Owns a memory by key that forgets what was not set for `keptMs`, at the latest after twice that. Must not know what it holds.
 * It is two maps, a young and an old one, and the old one is dropped whole. To delete the oldest entries of a single map would leave
 * holes that each walk passes over: 4 µs a time with 10,000 entries, 16 with 100,000, and 12 ms to empty it.
 */
import type { Clock } from "../ports/clock.ts";

/** A map that forgets what was not set for a while. */
export class Recent<Value> {
  readonly #clock: Clock;
  readonly #keptMs: number;
  #sinceMs: number;
  /** Set since then. */
  #young = new Map<string, Value>();
  /** Set last in the period before that. */
  #old = new Map<string, Value>();

  constructor(clock: Clock, keptMs: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
    this.#sinceMs = clock.monotonicMs();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(who: string): Value | undefined {
    this.#age();
    return this.#young.get(who) ?? this.#old.get(who);
  }

  set(who: string, value: Value): void {
    this.#age();
    this.#old.delete(who);
    this.#young.set(who, value);
  }

  #age(): void {
    const nowMs = this.#clock.monotonicMs();
    const passedMs = nowMs - this.#sinceMs;
    if (passedMs < this.#keptMs) return;
    this.#old = passedMs < 2 * this.#keptMs ? this.#young : new Map<string, Value>();
    this.#young = new Map();
    this.#sinceMs = nowMs;
  }
}
