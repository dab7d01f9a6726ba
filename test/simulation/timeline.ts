/**
 * Owns the time of a simulation: what is due next, and the turns in which it happens. No time passes by itself, and all
 * that waits for promises has its turn before the next thing happens. Must not know what happens.
 */
import type { SeededRandom } from "@roomcast/hub/testing";

interface Due {
  readonly atMs: number;
  /** Of two that are due at once, chance says which comes first. */
  readonly lot: number;
  readonly run: () => void;
  cancelled: boolean;
}

export class Timeline {
  #nowMs = 0;
  readonly #random: SeededRandom;
  /** A binary heap: the first is due next. */
  readonly #due: Due[] = [];
  #turn: (() => void)[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Ms since the beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const atMs = this.#nowMs + Math.max(0, Math.ceil(delayMs));
    const due: Due = { atMs, lot: this.#random.fraction(), run, cancelled: false };
    this.#push(due);
    return { cancel: () => void (due.cancelled = true) };
  }

  /** When all that is due at this time has happened. */
  afterTurn(run: () => void): void {
    this.#turn.push(run);
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.#endTurn();
    for (let next = this.#due[0]; next !== undefined && next.atMs <= untilMs; next = this.#due[0]) {
      this.#nowMs = next.atMs;
      for (let due = this.#popDue(); due !== undefined; due = this.#popDue()) {
        if (due.cancelled) continue;
        due.run();
        await settled();
      }
      await this.#endTurn();
    }
    this.#nowMs = untilMs;
  }

  async #endTurn(): Promise<void> {
    await settled();
    while (this.#turn.length > 0) {
      const turn = this.#turn;
      this.#turn = [];
      for (const run of turn) run();
      await settled();
    }
  }

  #popDue(): Due | undefined {
    const [first] = this.#due;
    if (first === undefined || first.atMs > this.#nowMs) return undefined;
    const last = this.#due.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  #push(due: Due): void {
    const heap = this.#due;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(due, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  /** Finds the place of one that is to begin at the top. */
  #sink(due: Due): void {
    const heap = this.#due;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      const below = one !== undefined && other !== undefined && isBefore(other, one) ? left + 1 : left;
      const child = heap[below];
      if (child === undefined || !isBefore(child, due)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = due;
  }
}

const isBefore = (one: Due, other: Due): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.lot < other.lot);

/** All that waits for promises has had its turn, and all that waits for that. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
