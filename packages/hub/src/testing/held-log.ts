/**
 * Owns a log whose answers the test holds back: appends stand before their commit, and reads before their delivery, for
 * as long as the test wants. What it wraps stays the authority over order and duplicates.
 */
import { err, type GapReason, type Refusal, type Result } from "@roomcast/protocol";

import type { MaybePromise } from "../maybe-promise.ts";
import type {
  Draft,
  Durability,
  KeptEvent,
  Page,
  ReadRange,
  Removed,
  RoomLog,
  Settle,
  SettleRemoval,
} from "../ports/room-log.ts";

/** An append or a removal that was asked for. */
interface HeldWrite {
  readonly perform: () => void;
  readonly refuse: (reason: Refusal) => void;
}

export class HeldLog implements RoomLog {
  readonly #log: RoomLog;
  readonly #appends: HeldWrite[] = [];
  readonly #reads: (() => void)[] = [];
  #holdsAppends = false;
  #holdsReads = false;

  constructor(log: RoomLog) {
    this.#log = log;
  }

  get durability(): Durability {
    return this.#log.durability;
  }

  get generation(): string {
    return this.#log.generation;
  }

  get sequence(): number {
    return this.#log.sequence;
  }

  /** Appends that wait for their commit. */
  get appends(): number {
    return this.#appends.length;
  }

  /** Reads that were made and wait for their delivery. */
  get reads(): number {
    return this.#reads.length;
  }

  holdAppends(): void {
    this.#holdsAppends = true;
  }

  holdReads(): void {
    this.#holdsReads = true;
  }

  /** Commits the oldest so many of the appends that wait; without a number all of them, and holds no more. */
  commit(count?: number): void {
    if (count === undefined) this.#holdsAppends = false;
    for (const { perform } of this.#appends.splice(0, count ?? this.#appends.length)) perform();
  }

  /** Refuses all appends that wait: one that is refused takes with it what was given behind it. */
  refuseAppends(reason: Refusal): void {
    for (const { refuse } of this.#appends.splice(0)) refuse(reason);
  }

  /** Delivers the read that waits at `index`, with what it saw when it was made. */
  deliverRead(index = 0): void {
    for (const deliver of this.#reads.splice(index, 1)) deliver();
  }

  /** Delivers all reads that wait, and holds no more. */
  deliverReads(): void {
    this.#holdsReads = false;
    for (const deliver of this.#reads.splice(0)) deliver();
  }

  append(draft: Draft, settle: Settle): void {
    this.#write({
      perform: () => this.#log.append(draft, settle),
      refuse: (reason) => settle(err(reason)),
    });
  }

  remove(room: string, settle: SettleRemoval): void {
    this.#write({
      perform: () => this.#log.remove(room, settle),
      refuse: (reason) => settle(err(reason)),
    });
  }

  async read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    const delivered = this.#holdsReads && new Promise<void>((resolve) => this.#reads.push(resolve));
    const page = await this.#log.read(room, range);
    await delivered;
    return page;
  }

  subscribe(room: string): MaybePromise<void> {
    return this.#log.subscribe(room);
  }

  unsubscribe(room: string): void {
    this.#log.unsubscribe(room);
  }

  whyChanged(epoch: string, now: string): GapReason {
    return this.#log.whyChanged(epoch, now);
  }

  onAppended(listener: (event: KeptEvent) => void): void {
    this.#log.onAppended(listener);
  }

  onRemoved(listener: (removed: Removed) => void): void {
    this.#log.onRemoved(listener);
  }

  async close(): Promise<void> {
    this.commit();
    await this.#log.close();
  }

  #write(write: HeldWrite): void {
    if (this.#holdsAppends || this.#appends.length > 0) this.#appends.push(write);
    else write.perform();
  }
}
