/**
 * Owns the test hook between "handed to the writer" and "committed": a gate that holds every flush while it is shut, a
 * delay that makes every flush slow, and faults. Shared memory, since a blocked writer thread reads no messages.
 */

const SHUT = 0;
const ARRIVALS = 1;
const DELAY_MS = 2;
const FAULT = 3;

export class FlushGate {
  readonly #cells: Int32Array<SharedArrayBuffer>;

  /** @param memory of another gate, to be the same gate in another thread. */
  constructor(memory = new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT)) {
    this.#cells = new Int32Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#cells.buffer;
  }

  /** From now on no group is committed … */
  shut(): void {
    Atomics.store(this.#cells, SHUT, 1);
  }

  /** … until now. */
  open(): void {
    Atomics.store(this.#cells, SHUT, 0);
    Atomics.notify(this.#cells, SHUT);
  }

  /** Every commit takes this much longer, as on a slow disk. */
  slowBy(delayMs: number): void {
    Atomics.store(this.#cells, DELAY_MS, delayMs);
  }

  /** The next commit fails with this result code of SQLite. */
  failNext(resultCode: number): void {
    Atomics.store(this.#cells, FAULT, resultCode);
  }

  /** How many groups have come as far as their commit. */
  get arrivals(): number {
    return Atomics.load(this.#cells, ARRIVALS);
  }

  /** Resolves when more than `arrivals` groups have come as far as their commit. */
  async arrived(arrivals: number): Promise<void> {
    while (this.arrivals <= arrivals) {
      const change = Atomics.waitAsync(this.#cells, ARRIVALS, arrivals);
      if (change.async) await change.value;
    }
  }

  /** The writer's side, called right before a commit. Blocks its thread. Throws as node:sqlite does. */
  pass(): void {
    Atomics.add(this.#cells, ARRIVALS, 1);
    Atomics.notify(this.#cells, ARRIVALS);
    Atomics.wait(this.#cells, SHUT, 1);
    const delayMs = Atomics.load(this.#cells, DELAY_MS);
    // Nothing ever notifies this cell: a wait on it is a sleep.
    if (delayMs > 0) Atomics.wait(this.#cells, DELAY_MS, delayMs, delayMs);
    const errcode = Atomics.exchange(this.#cells, FAULT, 0);
    if (errcode !== 0) throw Object.assign(new Error("a fault made by a test"), { errcode });
  }
}
