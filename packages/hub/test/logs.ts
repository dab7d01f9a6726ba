/** Owns logs that misbehave as a real one may: another life of a room, a lost or late relay. Each wraps a good one. */
import type { GapReason, Refusal, Result } from "@roomcast/protocol";
import { err } from "@roomcast/protocol";

import type { MaybePromise } from "../src/maybe-promise.ts";
import { MemoryLog } from "../src/memory/memory-log.ts";
import type {
  Draft,
  KeptEvent,
  Page,
  ReadRange,
  Removed,
  RoomLog,
  Settle,
  SettleRemoval,
} from "../src/ports/room-log.ts";
import { ManualClock } from "../src/testing/manual-clock.ts";
import { SeededRandom } from "../src/testing/seeded-random.ts";

class WrappedLog implements RoomLog {
  readonly durability = "memory";

  get generation(): string {
    return this.inner.generation;
  }

  get sequence(): number {
    return this.inner.sequence;
  }

  protected listener: (event: KeptEvent) => void = () => undefined;
  protected removalListener: (removed: Removed) => void = () => undefined;
  protected inner: RoomLog;

  constructor(inner: RoomLog) {
    this.inner = inner;
    this.adopt(inner);
  }

  protected adopt(inner: RoomLog): void {
    this.inner = inner;
    inner.onAppended((event) => {
      this.heard(event);
    });
    inner.onRemoved((removed) => {
      this.removalListener(removed);
    });
  }

  protected heard(event: KeptEvent): void {
    this.listener(event);
  }

  append(draft: Draft, settle: Settle): void {
    this.inner.append(draft, settle);
  }

  remove(room: string, settle: SettleRemoval): void {
    this.inner.remove(room, settle);
  }

  read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    return this.inner.read(room, range);
  }

  subscribe(room: string): MaybePromise<void> {
    return this.inner.subscribe(room);
  }

  unsubscribe(room: string): void {
    this.inner.unsubscribe(room);
  }

  whyChanged(epoch: string, now: string): GapReason {
    return this.inner.whyChanged(epoch, now);
  }

  onAppended(listener: (event: KeptEvent) => void): void {
    this.listener = listener;
  }

  onRemoved(listener: (removed: Removed) => void): void {
    this.removalListener = listener;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** A log that can start another life: all rooms are made anew. */
export class RebornLog extends WrappedLog {
  reason: GapReason = "recreated";

  constructor() {
    super(newLog(1));
  }

  beReborn(): void {
    this.adopt(newLog(2));
  }

  override whyChanged(): GapReason {
    return this.reason;
  }
}

/** A log whose announcements can be late: a reader then sees what the listener was not told yet. */
export class LateLog extends WrappedLog {
  late = false;
  readonly #unheard: KeptEvent[] = [];

  protected override heard(event: KeptEvent): void {
    if (this.late) this.#unheard.push(event);
    else super.heard(event);
  }

  announce(): void {
    this.late = false;
    for (const event of this.#unheard.splice(0)) super.heard(event);
  }
}

/** A log whose first so many reads of a room answer nothing but an old, empty snapshot: log and relay have come apart. */
export class StaleLog extends WrappedLog {
  staleReads = 0;
  reads = 0;

  override async read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    this.reads += 1;
    const page = await super.read(room, range);
    if (!page.ok || this.staleReads === 0) return page;
    this.staleReads -= 1;
    return { ok: true, value: { ...page.value, top: 0, floor: 0, events: [], more: false } };
  }
}

/** A log that is in trouble when the test says so. */
export class SickLog extends WrappedLog {
  refusal: Refusal | undefined;
  throws = false;

  override async read(room: string, range: ReadRange): Promise<Result<Page, Refusal>> {
    if (this.throws) throw new Error("the log is broken");
    return this.refusal === undefined ? super.read(room, range) : err(this.refusal);
  }

  override append(draft: Draft, settle: Settle): void {
    if (this.throws) throw new Error("the log is broken");
    if (this.refusal === undefined) super.append(draft, settle);
    else settle(err(this.refusal));
  }

  override remove(room: string, settle: SettleRemoval): void {
    if (this.throws) throw new Error("the log is broken");
    if (this.refusal === undefined) super.remove(room, settle);
    else settle(err(this.refusal));
  }

  override subscribe(room: string): MaybePromise<void> {
    return this.throws ? Promise.reject(new Error("the log is broken")) : super.subscribe(room);
  }
}

export const newLog = (seed = 1, historyEvents?: number): MemoryLog =>
  new MemoryLog({
    clock: new ManualClock(),
    random: new SeededRandom(seed),
    ...(historyEvents !== undefined && { historyEvents }),
  });
