/** Owns how often each latency was seen: log-linear, 64 steps per power of two, so within 3.2 % at any size. */
const STEPS = 64;
const POWERS = 40;

export class Histogram {
  readonly #counts = new Uint32Array(STEPS * POWERS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** @param value ≥ 0, taken as a whole number. */
  add(value: number): void {
    const whole = Math.max(0, Math.round(value));
    const index = indexOf(whole);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    if (whole > this.#max) this.#max = whole;
  }

  /** @param fraction 0.99: so many of the values are not above what is returned. 0 when there is none. */
  quantile(fraction: number): number {
    const wanted = Math.max(1, Math.ceil(fraction * this.#count));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return Math.min(upperBoundOf(index), this.#max);
    }
    return this.#max;
  }
}

function indexOf(value: number): number {
  if (value < STEPS) return value;
  const power = Math.floor(Math.log2(value)) - 5;
  return power * (STEPS / 2) + Math.floor(value / 2 ** power);
}

/** The greatest value that has this index. */
function upperBoundOf(index: number): number {
  if (index < STEPS) return index;
  const power = Math.floor(index / (STEPS / 2)) - 1;
  return (index - power * (STEPS / 2) + 1) * 2 ** power - 1;
}
