/**
 * Owns where one room stands and its newest events, in memory: what the tables would answer to most of its readers. Never
 * more than a page, so that no page that is taken from it ends by its size. Must not know of other rooms.
 */
import type { KeptEvent, Page, ReadRange } from "@roomcast/hub";
import { MAX_PAGE_BYTES, MAX_PAGE_EVENTS } from "@roomcast/protocol";

/** Of memory, about: a room, and an event besides its data. */
const ROOM_BYTES = 300;
const EVENT_BYTES = 400;

/** Never changed: of very many rooms nothing was said. */
const NO_EVENTS: KeptEvent[] = [];

const dataBytesOf = ({ data }: KeptEvent): number => Buffer.byteLength(data.text);

export class RoomTail {
  #epoch: string;
  #floor: number;
  #goneSequence: number;
  #top: number;
  /** Without a hole, up to the top. */
  #events = NO_EVENTS;
  #dataBytes = 0;

  /** @param page as the room is now. Its events are kept where they reach its top. */
  constructor({ epoch, floor, goneSequence, top, events }: Page) {
    this.#epoch = epoch;
    this.#floor = floor;
    this.#goneSequence = goneSequence;
    this.#top = top;
    if (events.at(-1)?.offset === top) for (const event of events) this.#push(event);
  }

  copy(): RoomTail {
    return new RoomTail({ ...this.#place, events: this.#events, more: false });
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** In memory, about. */
  get bytes(): number {
    return ROOM_BYTES + this.#events.length * EVENT_BYTES + this.#dataBytes;
  }

  /** The first offset that is here, or would be. */
  get first(): number {
    return this.#top - this.#events.length + 1;
  }

  /** The next event of the room. */
  append(event: KeptEvent): void {
    this.#top = event.offset;
    this.#push(event);
  }

  /** Another life of the room begins. */
  renew(epoch: string, sequence: number): void {
    this.#epoch = epoch;
    this.#floor = 0;
    this.#goneSequence = sequence;
    this.#top = 0;
    this.#events = NO_EVENTS;
    this.#dataBytes = 0;
  }

  raiseFloor(floor: number, goneSequence: number): void {
    this.#floor = floor;
    this.#goneSequence = goneSequence;
  }

  /** undefined: the answer lies in what is not here any more. */
  page({ after, beyond, before = Infinity, limit }: ReadRange): Page | undefined {
    const behind = after ?? (beyond === undefined ? undefined : this.#lastUpTo(beyond));
    const low = Math.max(behind ?? 0, this.#floor) + 1;
    const high = Math.min(before - 1, this.#top);
    const kept = Math.max(0, high - low + 1);
    const wanted = Math.min(limit, kept);
    const from = behind === undefined ? high - wanted + 1 : low;
    if (wanted > 0 && from < this.first) return undefined;
    const start = from - this.first;
    return {
      ...this.#place,
      events: wanted === 0 ? [] : this.#events.slice(start, start + wanted),
      more: wanted < kept,
    };
  }

  get #place(): Pick<Page, "epoch" | "floor" | "goneSequence" | "top"> {
    return { epoch: this.#epoch, floor: this.#floor, goneSequence: this.#goneSequence, top: this.#top };
  }

  /** The offset of the last event with this sequence or a lower one. The floor stands for all that are not here. */
  #lastUpTo(sequence: number): number {
    const index = this.#events.findLastIndex((event) => event.sequence <= sequence);
    return index < 0 ? this.#floor : this.first + index;
  }

  #push(event: KeptEvent): void {
    if (this.#events.length === 0) this.#events = [event];
    else this.#events.push(event);
    this.#dataBytes += dataBytesOf(event);
    while (
      this.#events.length > MAX_PAGE_EVENTS ||
      (this.#dataBytes > MAX_PAGE_BYTES && this.#events.length > 1)
    )
      this.#shift();
  }

  #shift(): void {
    const gone = this.#events.shift();
    if (gone !== undefined) this.#dataBytes -= dataBytesOf(gone);
  }
}
