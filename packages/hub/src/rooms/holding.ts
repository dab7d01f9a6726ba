/** Owns what comes for a newcomer while its snapshot is read, in the order in which it comes. Must not know the room. */
import { type Ack, type EventMessage, type Gap, MAX_QUEUED_BYTES, type Position } from "@roomcast/protocol";

/**
 * What came while a newcomer's snapshot was read: an event, its own ack that stands where an event stood or behind it, or word
 * that the room has begun another life, which a snapshot of that life tells by itself.
 */
export interface Held {
  readonly epoch: string;
  readonly offset: number;
  /** Of an event, and of another life. */
  readonly sequence?: number;
  readonly bytes: number;
  readonly message: EventMessage | Ack | Gap;
  /** An ack of the event with this offset, and not in its stead. */
  readonly isBehind?: boolean;
}

export class Holding {
  /** For most, nothing comes. */
  #held: Held[] | undefined;
  #bytes = 0;

  get held(): readonly Held[] {
    return this.#held ?? NOTHING;
  }

  /** Too much for one reader: the newest stays, and the hole before it makes the snapshot be read once more. */
  hold(held: Held): void {
    this.#bytes += held.bytes;
    if (this.#bytes > MAX_QUEUED_BYTES) {
      this.#held = this.#held?.filter(({ message }) => message.type === "ack");
      this.#bytes = held.bytes;
    }
    (this.#held ??= []).push(held);
  }

  /** @param instead of the event of that position, which was held last. */
  holdAck(ack: Ack, { epoch, offset }: Position, instead: boolean): void {
    const replaces = instead && this.#held?.at(-1)?.offset === offset;
    if (replaces) this.#held?.pop();
    (this.#held ??= []).push({ epoch, offset, bytes: 0, message: ack, isBehind: !replaces });
  }
}

const NOTHING: readonly Held[] = [];
