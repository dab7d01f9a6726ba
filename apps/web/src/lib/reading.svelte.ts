/** Owns how far one has read a room, remembered for the next visit, and how much is unread. */
import type { Position } from "@roomcast/protocol";

import { recall, remember } from "./storage.ts";

/** A busy room is not written down at each of its messages. */
const SAVE_MS = 500;

export class Reading {
  #unread = $state(0);
  readonly #key: string;
  /** The newest message that there is. */
  #newest: Position | undefined;
  #read: Position | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: string) {
    this.#key = `read.${room}`;
    const [epoch, offset] = (recall(this.#key) ?? "").split(" ");
    if (epoch !== undefined && Number(offset) > 0) this.#read = { epoch, offset: Number(offset) };
  }

  get unread(): number {
    return this.#unread;
  }

  /** Whether a message of the history came after one's last visit. On a first visit nothing is news. */
  isNews({ epoch, offset }: Position): boolean {
    return this.#read?.epoch === epoch && offset > this.#read.offset;
  }

  came(position: Position | undefined, isNews: boolean): void {
    if (position !== undefined) this.#newest = position;
    if (isNews) this.#unread += 1;
  }

  /** All that there is has been looked at. */
  seen(): void {
    this.#unread = 0;
    if (this.#newest === undefined) return;
    this.#read = this.#newest;
    this.#timer ??= setTimeout(() => this.save(), SAVE_MS);
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#read !== undefined) remember(this.#key, `${this.#read.epoch} ${this.#read.offset}`);
  }
}
