/** Owns which events of a room have been handed out lately, by publisher and id: what holds when offsets begin anew. */
import type { EventMessage } from "@roomcast/protocol";

export const SEEN_EVENTS = 1000;

/** More than one client can have under way between two positions of its own. */
const MAX_EXPECTED = 10_000;

export type Named = Pick<EventMessage, "id"> & { readonly from: { readonly user: string } };

export class Seen {
  /** Of this epoch, in the order of arrival. */
  readonly #keys = new Set<string>();
  /** Of those before. A long replay of known events must not forget as it goes. */
  #former = new Set<string>();
  /** Not met yet, and not to be handed out either. Not among the others, or a long replay would push them out. */
  readonly #expected = new Set<string>();

  has(event: Named): boolean {
    const key = keyOf(event);
    return this.#keys.has(key) || this.#former.has(key) || this.#expected.has(key);
  }

  /** To be taken for known when it comes. */
  expect(event: Named): void {
    this.#expected.add(keyOf(event));
    dropOldest(this.#expected, MAX_EXPECTED);
  }

  /** Also of one that is known: it was met again, and goes to the end of the line. */
  add(event: Named): void {
    const key = keyOf(event);
    this.#expected.delete(key);
    this.#keys.delete(key);
    this.#keys.add(key);
    dropOldest(this.#keys, SEEN_EVENTS);
  }

  beginEpoch(): void {
    this.#former = new Set([...this.#former, ...this.#keys].slice(-SEEN_EVENTS));
    this.#keys.clear();
  }
}

function dropOldest(keys: Set<string>, size: number): void {
  if (keys.size <= size) return;
  const [oldest = ""] = keys;
  keys.delete(oldest);
}

// The length makes it unambiguous where the user ends, whatever characters the two hold.
const keyOf = ({ id, from }: Named): string => `${from.user.length}:${from.user}${id}`;
