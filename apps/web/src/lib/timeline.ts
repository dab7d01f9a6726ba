/**
 * Owns the entries of one room in the order in which they are read: the log's order for what the log keeps, the order of
 * arrival for the rest. Knows no connection and no screen.
 */
import type { Position } from "@roomcast/protocol";

import { type Activity, type Change, withChange } from "./activity.ts";
import type { Entry, GapEntry, MarkEntry, MessageEntry } from "./entry.ts";

export class Timeline {
  #entries: Entry[] = [];
  /** Keys that stand in the stream: what comes twice, by ack and by event or by an overlapping page, stands once. */
  readonly #keys = new Set<string>();
  #marks = 0;

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  append(message: MessageEntry): boolean {
    if (this.#keys.has(message.key)) return false;
    this.#keys.add(message.key);
    this.#entries.splice(this.#placeOf(message), 0, message);
    return true;
  }

  /** Older history, in the log's order. @returns how many were new. */
  prepend(messages: readonly MessageEntry[]): number {
    const fresh = messages.filter(({ key }) => !this.#keys.has(key));
    for (const { key } of fresh) this.#keys.add(key);
    this.#entries = [...fresh, ...this.#entries];
    return fresh.length;
  }

  /** Joins what happened since the last message to one entry. */
  addChange(change: Change, now: number): void {
    const last = this.#entries.at(-1);
    if (last?.kind === "activity") {
      this.#entries[this.#entries.length - 1] = { ...last, activity: withChange(last.activity, change) };
      return;
    }
    const none: Activity = new Map();
    this.#entries.push({
      kind: "activity",
      key: this.#mark(),
      time: now,
      activity: withChange(none, change),
    });
  }

  addGap(gap: Omit<GapEntry, "kind" | "key">): void {
    this.#entries.push({ kind: "gap", key: this.#mark(), ...gap });
  }

  /** What is appended next was missed. Only the last mark of its kind is shown. */
  addMark(reason: MarkEntry["reason"]): void {
    this.#entries = this.#entries.filter((entry) => entry.kind !== "mark" || entry.reason !== reason);
    this.#entries.push({ kind: "mark", key: this.#mark(), reason, count: 0 });
  }

  countMarked(): void {
    const at = this.#entries.findLastIndex(({ kind }) => kind === "mark");
    const mark = this.#entries[at];
    if (mark?.kind === "mark") this.#entries[at] = { ...mark, count: mark.count + 1 };
  }

  /** The message of this position, where it is among those shown. */
  find({ epoch, offset }: Position): MessageEntry | undefined {
    return this.#entries.find(
      (entry): entry is MessageEntry =>
        entry.kind === "message" && entry.position?.offset === offset && entry.position.epoch === epoch,
    );
  }

  /** Keeps the newest. @returns whether there were more. */
  trim(most: number): boolean {
    const gone = this.#entries.splice(0, Math.max(0, this.#entries.length - most));
    for (const { key } of gone) this.#keys.delete(key);
    return gone.length > 0;
  }

  /** An ack may be told after the event that follows it; behind a gap offsets begin anew. */
  #placeOf(message: MessageEntry): number {
    let place = this.#entries.length;
    if (message.position === undefined) return place;
    for (let at = place - 1; at >= 0; at -= 1) {
      const entry = this.#entries[at];
      if (entry?.kind === "gap") break;
      if (entry?.kind !== "message" || entry.position === undefined) continue;
      if (entry.position.offset < message.position.offset) break;
      place = at;
    }
    return place;
  }

  #mark(): string {
    this.#marks += 1;
    return `mark ${this.#marks}`;
  }
}
