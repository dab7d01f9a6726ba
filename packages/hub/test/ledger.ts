/**
 * Owns what must hold over all clients of one run, whatever happens: S2–S5 and S7 as they come, S1 and S6 at the end.
 * Must not know how the messages were carried.
 */
import type { EventMessage, From, Position } from "@roomcast/protocol";

const nameOf = (user: string, id: string): string => JSON.stringify([user, id]);

export class Ledger {
  /** What was asked to be published, in order: by room, then by sender. */
  readonly #asked = new Map<string, Map<string, string[]>>();
  /** (room, epoch, offset) → (sender, id). */
  readonly #places = new Map<string, string>();

  /** To be called before the publish is sent, and again whenever it is repeated. */
  ask(room: string, user: string, id: string): void {
    let senders = this.#asked.get(room);
    if (senders === undefined) this.#asked.set(room, (senders = new Map()));
    const ids = senders.get(user);
    if (ids === undefined) senders.set(user, [id]);
    else if (!ids.includes(id)) ids.push(id);
  }

  /** S5: nobody invented it. S4: this place is of this event alone. */
  event(epoch: string, { room, offset, from, id }: EventMessage): void {
    const known = this.#asked.get(room)?.get(from.user)?.includes(id) === true;
    if (!known) throw new Error(`S5: nobody published ${nameOf(from.user, id)} in ${room}`);
    if (offset !== undefined) this.#place(room, { epoch, offset }, from.user, id);
  }

  /** S7: the place that was acked is the one that is delivered. */
  ack(room: string, position: Position, from: From["user"], id: string): void {
    this.#place(room, position, from, id);
  }

  /** S3, S4, S6 over the whole of what was kept; each (sender, id) is there once. */
  history(room: string, epoch: string, events: readonly EventMessage[]): void {
    const kept = new Map<string, string[]>();
    for (const [index, event] of events.entries()) {
      if (event.offset !== index + 1) throw new Error(`S3: ${room} holds ${event.offset} at ${index + 1}`);
      this.event(epoch, event);
      kept.set(event.from.user, [...(kept.get(event.from.user) ?? []), event.id]);
    }
    for (const [user, ids] of kept) {
      if (new Set(ids).size < ids.length)
        throw new Error(`S2: ${user} is kept twice in ${room}: ${ids.join()}`);
      const order = (this.#asked.get(room)?.get(user) ?? []).filter((id) => ids.includes(id));
      if (order.join() !== ids.join()) {
        throw new Error(`S6: ${user} published ${order.join()} in ${room}, kept is ${ids.join()}`);
      }
    }
  }

  #place(room: string, { epoch, offset }: Position, user: string, id: string): void {
    const place = JSON.stringify([room, epoch, offset]);
    const event = nameOf(user, id);
    const was = this.#places.get(place) ?? event;
    if (was !== event) throw new Error(`S4: ${place} was ${was} and is ${event}`);
    this.#places.set(place, event);
  }
}
