/**
 * Owns what waits for the disk in one process: gathers what a turn asks for, commits one group at a time while the next
 * gathers, and answers later. The process may die anywhere in between. Must not know what is asked.
 */
import type { SeededRandom } from "@roomcast/hub/testing";
import { type Refusal, refusal } from "@roomcast/protocol";

import type { Disk } from "./disk.ts";
import type { Life } from "./life.ts";

/** What may be wrong with the store at present. */
export interface Trouble {
  /** How long a flush takes at most. */
  flushMs: number;
  /** How long a page that was read is on its way, at most. */
  readMs: number;
  /** Nothing can be written. */
  refuses: "storage_full" | "storage_unavailable" | undefined;
  /** Rooms of which the next event is not announced, as by a relay that drops a message. */
  readonly loses: Set<string>;
}

export interface Task {
  readonly writes: boolean;
  /** @returns how to tell, when it is time. */
  readonly commit: () => () => void;
  readonly refuse: (reason: Refusal) => void;
}

export class WriterQueue {
  readonly #disk: Disk;
  readonly #life: Life;
  readonly #trouble: Trouble;
  readonly #random: SeededRandom;
  #waiting: Task[] = [];
  #busy = false;
  #sendIsSet = false;
  #onIdle: (() => void) | undefined;

  constructor(disk: Disk, life: Life, trouble: Trouble, random: SeededRandom) {
    this.#disk = disk;
    this.#life = life;
    this.#trouble = trouble;
    this.#random = random;
    disk.open(life.now());
  }

  ask(task: Task): void {
    this.#waiting.push(task);
    this.#setSend();
  }

  /** Some time from now, if the process still lives. */
  soon(maxMs: number, run: () => void): void {
    this.#life.after(this.#random.below(maxMs), run);
  }

  /** Settles everything that was asked, and lets go of the disk. */
  async close(): Promise<void> {
    if (!this.#isIdle) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#disk.close();
  }

  get #isIdle(): boolean {
    return !this.#busy && this.#waiting.length === 0;
  }

  #setSend(): void {
    if (this.#sendIsSet || this.#busy || this.#waiting.length === 0) return;
    this.#sendIsSet = true;
    this.#life.afterTurn(() => {
      this.#sendIsSet = false;
      this.#begin();
    });
  }

  #begin(): void {
    const group = this.#waiting.splice(0);
    if (group.length === 0) return;
    this.#busy = true;
    this.soon(this.#trouble.flushMs, () => {
      const { refuses } = this.#trouble;
      this.#disk.beginGroup();
      const tell = group.map((task) =>
        task.writes && refuses !== undefined ? () => task.refuse(refusal(refuses)) : task.commit(),
      );
      this.soon(MAX_ANSWER_MS, () => this.#answer(tell, refuses));
    });
  }

  #answer(tell: readonly (() => void)[], refused: Trouble["refuses"]): void {
    this.#busy = false;
    const waiting = this.#waiting;
    // What waits behind a refused write must not overtake it.
    const overtaking = refused === undefined ? [] : waiting.filter(({ writes }) => writes);
    if (refused !== undefined) this.#waiting = waiting.filter(({ writes }) => !writes);
    this.#begin();
    for (const each of tell) each();
    if (refused !== undefined) for (const task of overtaking) task.refuse(refusal(refused));
    this.#setSend();
    if (this.#isIdle) this.#onIdle?.();
  }
}

const MAX_ANSWER_MS = 3;
