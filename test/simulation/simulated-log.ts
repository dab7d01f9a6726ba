/** Owns the room log over a disk: what is committed is announced, as long as the relay loses nothing. Rules of room-log.ts. */
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
} from "@roomcast/hub";
import { err, type GapReason, ok, type Refusal, type Result } from "@roomcast/protocol";

import type { Disk } from "./disk.ts";
import type { Trouble, WriterQueue } from "./writer-queue.ts";

const MAX_CHORE_MS = 100;

export class SimulatedLog implements RoomLog {
  readonly durability: Durability;
  readonly generation: string;
  readonly #disk: Disk;
  readonly #queue: WriterQueue;
  readonly #trouble: Trouble;
  #sequence: number;
  #listener: (event: KeptEvent) => void = () => undefined;
  #removalListener: (removed: Removed) => void = () => undefined;

  constructor(disk: Disk, queue: WriterQueue, trouble: Trouble) {
    this.durability = disk.durability;
    this.generation = disk.generation;
    this.#sequence = disk.sequence;
    this.#disk = disk;
    this.#queue = queue;
    this.#trouble = trouble;
  }

  get sequence(): number {
    return this.#sequence;
  }

  onAppended(listener: (event: KeptEvent) => void): void {
    this.#listener = listener;
  }

  onRemoved(listener: (removed: Removed) => void): void {
    this.#removalListener = listener;
  }

  append(draft: Draft, settle: Settle): void {
    this.#queue.ask({
      writes: true,
      commit: () => {
        const { appended, event } = this.#disk.append(draft);
        return () => {
          if (event !== undefined) this.#announce(event);
          settle(ok(appended));
          this.#trimSoon(draft.room);
        };
      },
      refuse: (reason) => settle(err(reason)),
    });
  }

  remove(room: string, settle: SettleRemoval): void {
    this.#queue.ask({
      writes: true,
      commit: () => {
        const removed = this.#disk.remove(room);
        return () => {
          this.#sequence = removed.sequence;
          this.#removalListener(removed);
          settle(ok(removed));
        };
      },
      refuse: (reason) => settle(err(reason)),
    });
  }

  read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    const { promise, resolve } = Promise.withResolvers<Result<Page, Refusal>>();
    const commit = (): (() => void) => {
      const page = this.#disk.read(room, range);
      // It shows what was there when it was read, however late it comes.
      return () => this.#queue.soon(this.#trouble.readMs, () => resolve(ok(page)));
    };
    this.#queue.ask({ writes: false, commit, refuse: (reason) => resolve(err(reason)) });
    return promise;
  }

  subscribe(): void {
    // Every event reaches the listener anyway.
  }

  unsubscribe(): void {
    // Every event reaches the listener anyway.
  }

  whyChanged(epoch: string, now: string): GapReason {
    return this.#disk.whyChanged(epoch, now);
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #announce(event: KeptEvent): void {
    this.#sequence = event.sequence;
    if (!this.#trouble.loses.delete(event.room)) this.#listener(event);
  }

  /** A chore, behind the acks. */
  #trimSoon(room: string): void {
    if (!this.#disk.isLong(room)) return;
    this.#queue.soon(MAX_CHORE_MS, () => {
      if (this.#disk.isLong(room)) this.#disk.trim(room);
    });
  }
}
