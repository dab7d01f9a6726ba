/** Port: time. The hub never reads a clock of its own, so that a test or a simulation can hold time in its hand. */

export interface Timer {
  /** MUST be harmless when the timer has fired or was cancelled. */
  cancel(): void;
}

/** Time, as a test or a simulation can hold it. */
export interface Clock {
  /** Wall clock, ms since 1970. For stamps only: it may jump. */
  now(): number;
  /** Ms since an arbitrary start. MUST never go backwards. For durations. */
  monotonicMs(): number;
  /** MUST call `run` once, not before `delayMs` have passed, never within this call. */
  after(delayMs: number, run: () => void): Timer;
  /** MUST call `run` once, after all input that is ready in this turn of the event loop was handled. */
  afterTurn(run: () => void): void;
}
