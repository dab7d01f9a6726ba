/**
 * Owns who hears a room now, and writing to them: to a crowd in slices, a turn of the event loop each, so that nobody else
 * waits for the whole of it. Those who have had what is being written stand first. Must not know what is said.
 */
import type { Format } from "./connection.ts";
import type { Subscription } from "./subscription.ts";

/** What each is to get. */
export type FramesFor = (subscription: Subscription) => Uint8Array | undefined;

/**
 * So many are looked at before the first of them is written to. What is to be known of each lies somewhere else in memory: asked one
 * right behind the other, it is fetched for all at once, where behind a write the processor would wait for that of each.
 */
const TOGETHER = 16;

export class Audience {
  #members: Subscription[] = [];
  /** What is being written. */
  #framesFor: FramesFor | undefined;
  /** So many have had it. */
  #served = 0;

  get size(): number {
    return this.#members.length;
  }

  /** Some have what was written last, and others not yet. */
  get writing(): boolean {
    return this.#framesFor !== undefined;
  }

  /** What they speak. To be asked once for many messages: it is a walk over all. */
  formats(): readonly Format[] {
    const formats: Format[] = [];
    for (const { format } of this.#members) if (!formats.includes(format)) formats.push(format);
    return formats;
  }

  [Symbol.iterator](): Iterator<Subscription> {
    return this.#members.values();
  }

  /** What is being written is none of the newcomer's business. */
  add(subscription: Subscription): void {
    // An array that is pushed to gets room for sixteen more: too much for each of very many rooms of one.
    if (this.#members.length === 0) this.#members = [subscription];
    else this.#members.push(subscription);
    subscription.index = this.#members.length - 1;
    if (this.writing) this.#serve(subscription);
  }

  /** With what is being written, or without. */
  remove(subscription: Subscription): void {
    // Whoever stands behind it is to stay on its side.
    if (subscription.index < this.#served) {
      this.#served -= 1;
      this.#swap(subscription, this.#members[this.#served]);
    }
    this.#swap(subscription, this.#members.at(-1));
    this.#members.pop();
    subscription.index = -1;
    this.#endIfServed();
  }

  /** MUST NOT be called while something is being written: it is from now on, slice by slice. */
  begin(framesFor: FramesFor): void {
    this.#framesFor = framesFor;
    this.#served = 0;
  }

  /**
   * Writes to a slice of them.
   * @returns those who can take no more: whoever is told must close them, which takes them out of here.
   */
  goOn(most: number): readonly Subscription[] {
    const framesFor = this.#framesFor;
    if (framesFor === undefined) return NOBODY;
    const from = this.#served;
    const until = Math.min(this.#members.length, from + most);
    this.#served = until;
    this.#endIfServed();
    const slow: Subscription[] = [];
    for (let index = from; index < until; index += TOGETHER) {
      const group = this.#members.slice(index, Math.min(index + TOGETHER, until));
      const ready = group.filter(({ outlet }) => !outlet.full);
      if (ready.length < group.length) slow.push(...group.filter(({ outlet }) => outlet.full));
      for (const subscription of ready) if (!written(subscription, framesFor)) slow.push(subscription);
    }
    return slow;
  }

  /** One of them gets what is being written ahead of the others. @returns false when it can take no more. */
  hurry(subscription: Subscription): boolean {
    const framesFor = this.#framesFor;
    if (framesFor === undefined || subscription.index < this.#served) return true;
    this.#serve(subscription);
    this.#endIfServed();
    return written(subscription, framesFor);
  }

  #serve(subscription: Subscription): void {
    this.#swap(subscription, this.#members[this.#served]);
    this.#served += 1;
  }

  #swap(a: Subscription, b = a): void {
    const { index } = a;
    this.#members[b.index] = a;
    this.#members[index] = b;
    a.index = b.index;
    b.index = index;
  }

  #endIfServed(): void {
    if (this.#served < this.#members.length) return;
    this.#framesFor = undefined;
    this.#served = 0;
  }
}

const NOBODY: readonly Subscription[] = [];

function written(subscription: Subscription, framesFor: FramesFor): boolean {
  const frames = framesFor(subscription);
  return frames === undefined || subscription.outlet.write(frames);
}
