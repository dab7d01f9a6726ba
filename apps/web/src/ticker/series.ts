/**
 * Owns the prices of one symbol: the latest, and the last minutes in buckets of a quarter second, so that a chart costs the
 * same at one tick a second and at a thousand. Knows no clock: it is told when each tick was.
 */

/** How far back a series goes, in ms. */
export const WINDOW_MS = 5 * 60_000;
const BUCKET_MS = 250;
/** A symbol that was silent for so many of its usual pauses is stale, but never before this. */
const PAUSES = 6;
const MIN_STALE_MS = 5_000;
const MAX_STALE_MS = 60_000;

export interface Bucket {
  /** Ms since 1970, by the server's clock. */
  readonly time: number;
  low: number;
  high: number;
  close: number;
  /** Something is missing before it: no line leads here. */
  readonly isBroken: boolean;
}

export interface Tick {
  readonly price: number;
  /** Ms since 1970, by the server's clock. */
  readonly time: number;
  /** By this machine's clock: when it was heard, or, of history, when the server says that it was. */
  readonly heardAt: number;
}

/** A series as it is at one moment; its buckets are those of the series, which go on. */
export interface SymbolView {
  readonly symbol: string;
  readonly price: number;
  readonly time: number;
  readonly heardAt: number;
  /** Since the beginning of the window, as a share; undefined while there is nothing to compare with. */
  readonly change: number | undefined;
  /** After so long a silence the price is said to be old. */
  readonly staleAfterMs: number;
  readonly buckets: readonly Bucket[];
}

export const isStale = ({ heardAt, staleAfterMs }: SymbolView, now: number): boolean =>
  now - heardAt > staleAfterMs;

export class Series {
  readonly symbol: string;
  readonly #buckets: Bucket[] = [];
  #last: Tick | undefined;
  /** Of the pauses between ticks; grows slowly, and shrinks as slowly. */
  #usualPauseMs = 0;
  #isBroken = false;

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  /** undefined before the first tick. */
  get view(): SymbolView | undefined {
    const [first] = this.#buckets;
    if (this.#last === undefined || first === undefined) return undefined;
    const { price, time, heardAt } = this.#last;
    return {
      ...{ symbol: this.symbol, price, time, heardAt, buckets: this.#buckets },
      change:
        this.#buckets.length < 2 || first.close === 0
          ? undefined
          : (price - first.close) / Math.abs(first.close),
      staleAfterMs: Math.min(MAX_STALE_MS, Math.max(MIN_STALE_MS, PAUSES * this.#usualPauseMs)),
    };
  }

  add(tick: Tick): void {
    const { price, time } = tick;
    if (this.#last !== undefined) {
      const pauseMs = Math.max(0, time - this.#last.time);
      this.#usualPauseMs += (pauseMs - this.#usualPauseMs) / 8;
    }
    this.#last = tick;
    const start = time - (time % BUCKET_MS);
    const bucket = this.#buckets.at(-1);
    if (bucket === undefined || this.#isBroken || start > bucket.time) {
      this.#buckets.push({ time: start, low: price, high: price, close: price, isBroken: this.#isBroken });
      this.#isBroken = false;
    } else {
      bucket.low = Math.min(bucket.low, price);
      bucket.high = Math.max(bucket.high, price);
      bucket.close = price;
    }
    this.#forget(time - WINDOW_MS);
  }

  /** What was before the first tick that is here; oldest first. */
  precede(ticks: readonly Tick[]): void {
    const [first] = this.#buckets;
    const older = new Series(this.symbol);
    for (const tick of ticks) older.add(tick);
    if (first === undefined) {
      this.#buckets.push(...older.#buckets);
      this.#last = older.#last;
      this.#usualPauseMs = older.#usualPauseMs;
    } else this.#buckets.unshift(...older.#buckets.filter(({ time }) => time < first.time));
  }

  /** Ticks are missing here. */
  break(): void {
    this.#isBroken = true;
  }

  #forget(before: number): void {
    // The last one that is older stays: the line comes in from the edge.
    const keep = this.#buckets.findIndex(({ time }) => time >= before) - 1;
    if (keep > 0) this.#buckets.splice(0, keep);
  }
}
