/** Owns which events of a room have been handed out lately, by publisher and id: what holds when offsets begin anew. */
import type { EventMessage } from "@roomcast/protocol";

export const SEEN_EVENTS = 1000;

type Named = Pick<EventMessage, "id"> & { readonly from: { readonly user: string } };

export class Seen {
  /** Of this epoch, in the order of arrival. */
  readonly #keys = new Set<string>();
  /** Of those before. A long replay of known events must not forget as it goes. */
  #former = new Set<string>();

  has(event: Named): boolean {
    const key = keyOf(event);
    return this.#keys.has(key) || this.#former.has(key);
  }

  /** Also of one that is known: it was met again, and goes to the end of the line. */
  add(event: Named): void {
    const key = keyOf(event);
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= SEEN_EVENTS) return;
    const [oldest = ""] = this.#keys;
    this.#keys.delete(oldest);
  }

  beginEpoch(): void {
    this.#former = new Set([...this.#former, ...this.#keys].slice(-SEEN_EVENTS));
    this.#keys.clear();
  }
}

// The length makes it unambiguous where the user ends, whatever characters the two hold.
const keyOf = ({ id, from }: Named): string => `${from.user.length}:${from.user}${id}`;
