/** Owns time in a test: it passes only when the test says so. */
import type { Clock, Timer } from "../ports/clock.ts";

/** 2026-01-01T00:00:00Z, ms since 1970. */
const START_OF_2026 = 1_767_225_600_000;

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  #order = 0;
  readonly #timers = new Set<Due>();
  #turn: (() => void)[] = [];

  /** @param nowMs the wall clock at the start, ms since 1970. */
  constructor(nowMs = START_OF_2026) {
    this.#nowMs = nowMs;
  }

  /** Timers that are neither due nor cancelled: a leak, when a test has ended all it began. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const due: Due = { atMs: this.#elapsedMs + delayMs, order: (this.#order += 1), run };
    this.#timers.add(due);
    return { cancel: () => this.#timers.delete(due) };
  }

  afterTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /** Ends the turn: what waits for `afterTurn` runs, also what that adds. */
  endTurn(): void {
    while (this.#turn.length > 0) this.endOneTurn();
  }

  /** What that adds waits for the end of the next one. */
  endOneTurn(): void {
    const turn = this.#turn;
    this.#turn = [];
    for (const run of turn) run();
  }

  /** Timers due within this run in order, each in a turn of its own. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    this.endTurn();
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) {
      this.#timers.delete(due);
      this.#pass(Math.max(this.#elapsedMs, due.atMs));
      due.run();
      this.endTurn();
    }
    this.#pass(untilMs);
  }

  /** The wall clock jumps; durations do not notice. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  #next(untilMs: number): Due | undefined {
    return [...this.#timers]
      .filter(({ atMs }) => atMs <= untilMs)
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  }

  #pass(elapsedMs: number): void {
    this.#nowMs += elapsedMs - this.#elapsedMs;
    this.#elapsedMs = elapsedMs;
  }
}
