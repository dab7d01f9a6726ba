/** Owns things that are all due after the same delay, with one timer for as many as there are. */
import type { Clock, Timer } from "@roomcast/hub";

export class Deadlines<Item> {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #onDue: (item: Item) => void;
  /** In the order in which they are due, since the delay is the same for all. */
  readonly #dueAtMs = new Map<Item, number>();
  #timer: Timer | undefined;

  constructor(clock: Clock, delayMs: number, onDue: (item: Item) => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#onDue = onDue;
  }

  has(item: Item): boolean {
    return this.#dueAtMs.has(item);
  }

  /** Anew when it is there already. */
  start(item: Item): void {
    this.#dueAtMs.delete(item);
    // Whole, because V8 keeps a fraction as an object of its own.
    this.#dueAtMs.set(item, Math.ceil(this.#clock.monotonicMs() + this.#delayMs));
    this.#arm(this.#delayMs);
  }

  stop(item: Item): void {
    this.#dueAtMs.delete(item);
    if (this.#dueAtMs.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  #run(): void {
    const nowMs = this.#clock.monotonicMs();
    const due: Item[] = [];
    for (const [item, dueAtMs] of this.#dueAtMs) {
      // A timer of Node may fire a fraction of a millisecond early.
      if (dueAtMs > nowMs + 1) {
        this.#arm(dueAtMs - nowMs);
        break;
      }
      due.push(item);
      this.#dueAtMs.delete(item);
    }
    for (const item of due) this.#onDue(item);
  }
}
