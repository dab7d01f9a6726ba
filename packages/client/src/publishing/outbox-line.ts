/**
 * Owns the publishes of one room in the order of sending: which wait, which are under way, which have failed. Must not know why.
 */
import type { Failure } from "../failure.ts";
import { type Entry, shown } from "./outbox-entry.ts";
import type { PendingPublish } from "./publish.ts";

/** Failed publishes that are kept for `retry`; the oldest goes first. */
export const MAX_FAILED = 100;

export class OutboxLine {
  /** By id. */
  readonly #entries = new Map<string, Entry>();
  #underWay = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Sent, and without an answer yet. */
  get underWay(): number {
    return this.#underWay;
  }

  get all(): Entry[] {
    return [...this.#entries.values()];
  }

  /** Those without a final answer. */
  get waiting(): Entry[] {
    return this.all.filter(({ state }) => state !== "failed");
  }

  get shown(): PendingPublish[] {
    return this.all.map(shown);
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** As the last, or in the place of the one with its id. */
  put(entry: Entry): void {
    this.#entries.set(entry.prepared.message.id, entry);
  }

  remove(entry: Entry): void {
    if (entry.state === "sent") this.#underWay -= 1;
    this.#entries.delete(entry.prepared.message.id);
  }

  send(entry: Entry, user: string): void {
    entry.state = "sent";
    entry.sentAs = user;
    this.#underWay += 1;
  }

  /** It is under way no more. */
  queue(entry: Entry): void {
    if (entry.state !== "sent") return;
    entry.state = "queued";
    this.#underWay -= 1;
  }

  /** @returns the one that is a failure too many, and is gone. */
  fail(entry: Entry, failure: Failure): Entry | undefined {
    this.queue(entry);
    entry.state = "failed";
    entry.failure = failure;
    const failed = this.all.filter(({ state }) => state === "failed");
    if (failed.length <= MAX_FAILED || failed[0] === undefined) return undefined;
    this.remove(failed[0]);
    return failed[0];
  }
}
