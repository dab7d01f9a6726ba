/** Owns which events of a room have been handed out lately, by publisher and id: what holds when offsets begin anew. */
import type { EventMessage } from "@roomcast/protocol";

export const SEEN_EVENTS = 1000;

type Named = Pick<EventMessage, "id"> & { readonly from: { readonly user: string } };

export class Seen {
  /** In the order of arrival. */
  #keys = new Set<string>();
  #former = new Set<string>();

  has(event: Named): boolean {
    const key = keyOf(event);
    return this.#keys.has(key) || this.#former.has(key);
  }

  /** A new epoch: what it hands out must not push out what came before, or a long replay would forget as it goes. */
  beginEpoch(): void {
    this.#former = this.#keys;
    this.#keys = new Set();
  }

  add(event: Named): void {
    this.#keys.add(keyOf(event));
    if (this.#keys.size <= SEEN_EVENTS) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      return;
    }
  }
}

// The length makes it unambiguous where the user ends, whatever characters the two hold.
const keyOf = ({ id, from }: Named): string => `${from.user.length}:${from.user}${id}`;
