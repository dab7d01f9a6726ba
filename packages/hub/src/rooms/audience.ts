/**
 * Owns the live members of a room, and writing to them. To a crowd it writes in slices, one in each turn of the event loop, so
 * that nobody else waits for the whole of it. In the list, members who have had the present write stand before those who have
 * not. Must not know what is written.
 */
import type { Format } from "../ports/connection.ts";
import type { Subscription } from "./subscription.ts";

/** What each is to get. */
export type FramesFor = (subscription: Subscription) => Uint8Array | undefined;

/**
 * So many members are looked at before the first of them is written to. What is to be known of each lies elsewhere in memory. Read
 * back to back, it is fetched for all of them at once; with a write in between, the processor would wait for each.
 */
const TOGETHER = 16;

/** What is being written, and how many have had it. */
interface Writing {
  readonly framesFor: FramesFor;
  served: number;
}

export class Audience {
  /** No list while there is one, as in very many rooms: it would be as large as all else here. */
  #members: Subscription | Subscription[] | undefined;
  /** Some have what was written last, and others not yet. */
  #writing: Writing | undefined;

  get size(): number {
    return Array.isArray(this.#members) ? this.#members.length : this.#members === undefined ? 0 : 1;
  }

  get writing(): boolean {
    return this.#writing !== undefined;
  }

  /** What they speak. To be asked once for many messages: it is a walk over all. */
  formats(): readonly Format[] {
    const formats: Format[] = [];
    for (const { format } of this.#list) if (!formats.includes(format)) formats.push(format);
    return formats;
  }

  /** A newcomer does not get the present write. */
  add(subscription: Subscription): void {
    subscription.index = this.size;
    if (this.#members === undefined) this.#members = subscription;
    else if (Array.isArray(this.#members)) this.#members.push(subscription);
    else this.#members = [this.#members, subscription];
    if (this.#writing !== undefined) this.#serve(subscription, this.#writing);
  }

  /** Takes it out, whether or not it has had the present write. */
  remove(subscription: Subscription): void {
    const writing = this.#writing;
    // Its place goes to the last of those who have had the write: they and the others must not mix.
    if (writing !== undefined && subscription.index < writing.served) {
      writing.served -= 1;
      this.#swap(subscription, writing.served);
    }
    this.#swap(subscription, this.size - 1);
    if (Array.isArray(this.#members)) {
      this.#members.pop();
      if (this.#members.length === 1) [this.#members] = this.#members;
    } else this.#members = undefined;
    subscription.index = -1;
    this.#endIfServed();
  }

  /** MUST NOT be called while something is being written: it is from now on, slice by slice. */
  begin(framesFor: FramesFor): void {
    this.#writing = { framesFor, served: 0 };
  }

  /**
   * Writes to a slice of them.
   * @returns those who can take no more. The caller MUST close them, which takes them out of here.
   */
  goOn(most: number): readonly Subscription[] {
    const writing = this.#writing;
    if (writing === undefined) return NOBODY;
    const members = this.#list;
    const from = writing.served;
    const until = Math.min(members.length, from + most);
    writing.served = until;
    this.#endIfServed();
    const slow: Subscription[] = [];
    for (let index = from; index < until; index += TOGETHER) {
      const group = members.slice(index, Math.min(index + TOGETHER, until));
      const ready = group.filter(({ outlet }) => !outlet.full);
      if (ready.length < group.length) slow.push(...group.filter(({ outlet }) => outlet.full));
      for (const subscription of ready) if (!written(subscription, writing)) slow.push(subscription);
    }
    return slow;
  }

  /** One of them gets what is being written ahead of the others. @returns false when it can take no more. */
  hurry(subscription: Subscription): boolean {
    const writing = this.#writing;
    if (writing === undefined || subscription.index < writing.served) return true;
    this.#serve(subscription, writing);
    this.#endIfServed();
    return written(subscription, writing);
  }

  get #list(): readonly Subscription[] {
    if (this.#members === undefined) return NOBODY;
    return Array.isArray(this.#members) ? this.#members : [this.#members];
  }

  #serve(subscription: Subscription, writing: Writing): void {
    this.#swap(subscription, writing.served);
    writing.served += 1;
  }

  /** Changes places with the one that stands there. */
  #swap(subscription: Subscription, place: number): void {
    const members = this.#members;
    if (!Array.isArray(members)) return;
    const { index } = subscription;
    const other = members[place] ?? subscription;
    members[place] = subscription;
    members[index] = other;
    subscription.index = place;
    other.index = index;
  }

  #endIfServed(): void {
    if (this.#writing !== undefined && this.#writing.served >= this.size) this.#writing = undefined;
  }
}

const NOBODY: readonly Subscription[] = [];

function written(subscription: Subscription, { framesFor }: Writing): boolean {
  const frames = framesFor(subscription);
  return frames === undefined || subscription.outlet.write(frames);
}
