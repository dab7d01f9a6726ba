/**
 * Owns where one room's reader is: hands out each event once and in order, finds what is missing, and says what was lost.
 * Must not know sockets, handlers, or how a question gets to the server. Rules S2, S3 and those of "Join and resume".
 */
import type { EventMessage, Gap, GapSpan, History, Joined, Position } from "@roomcast/protocol";

import type { JoinedRoom, RoomGap } from "./room.ts";
import { type Named, Seen } from "./seen.ts";

/** More than this, held back while older pages are fetched, is let go and fetched as well. */
export const MAX_HELD = 10_000;

export interface LedgerSink {
  /** MUST NOT throw. @param epoch with the event's offset its position; undefined on what is not kept. */
  deliver(event: EventMessage, epoch: string | undefined, replayed: boolean): void;
  /** MUST NOT throw. */
  gap(gap: RoomGap): void;
  /** Ask for the history after this offset; answered by `page`. */
  fetch(after: number): void;
  /** Ask to join again, with `position` as `since`; answered by `joined`. */
  rejoin(): void;
  caughtUp(joined: JoinedRoom): void;
}

/** What comes on the live stream of a room, in its order. */
type Item =
  | { readonly kind: "event"; readonly event: EventMessage }
  /** Stands for an event that the publisher itself does not get. */
  | { readonly kind: "ack"; readonly position: Position; readonly of: Named }
  | { readonly kind: "gap"; readonly gap: Gap };

export class Ledger {
  readonly #sink: LedgerSink;
  readonly #seen = new Seen();
  #position: Position | undefined;
  /** apart: not on this socket. joining: what comes is of the stay before. paging: what is live is held back. */
  #phase: "apart" | "joining" | "paging" | "live" = "apart";
  #held: Item[] = [];
  #overflowed = false;
  #everJoined = false;
  /** The first missing offset of the hole that the last rejoin was for. */
  #hole: number | undefined;
  #catchUp: { recovered: boolean; replayed: number; gap: RoomGap | undefined } = FRESH;
  /** Counts the sockets and the end: a handler may have ended what the loop around it was at. */
  #life = 0;

  constructor(sink: LedgerSink, since: Position | undefined) {
    this.#sink = sink;
    this.#position = since;
  }

  /** Of the last event that `deliver` returned from, or that an ack stood for. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** A join is on its way: by hello, or by itself. It asks for what was held, too. */
  joining(): void {
    this.#phase = "joining";
    this.#catchUp = FRESH;
    this.#held = [];
    this.#overflowed = false;
  }

  /** The socket is gone. */
  suspend(): void {
    this.#life += 1;
    this.#phase = "apart";
    this.#held = [];
  }

  /** Not to be handed out when it comes: this client published it with `echo: false`. */
  expectSilently(user: string, id: string): void {
    this.#seen.expect({ id, from: { user } });
  }

  joined(message: Joined): void {
    if (this.#phase === "apart") return;
    this.#phase = "paging";
    const { position, events, recovered, gap } = message;
    const life = this.#life;
    this.#catchUp = { recovered, replayed: 0, gap: undefined };
    const before = this.#position;
    if (gap !== undefined) {
      this.#tell(gap);
    } else if (before !== undefined && before.epoch !== position.epoch) {
      // A server that says nothing of a new epoch would make the loss a silent one.
      this.#tell({ reason: "recreated", from: null, to: null, position });
    }
    if (before !== undefined && before.epoch !== position.epoch) this.#seen.beginEpoch();
    if (life !== this.#life) return;
    if (gap !== undefined || before?.epoch !== position.epoch) this.#position = baseOf(position, events, gap);
    this.#take(position.offset, events, message.more === true);
  }

  page(message: History): void {
    if (this.#phase !== "paging" || this.#position === undefined) return;
    if (message.position.epoch !== this.#position.epoch) this.#rejoin();
    else this.#take(message.position.offset, message.events, message.more);
  }

  event(event: EventMessage): void {
    this.#accept({ kind: "event", event });
  }

  /** Of what was expected silently. */
  ack(position: Position, user: string, id: string): void {
    this.#accept({ kind: "ack", position, of: { id, from: { user } } });
  }

  gap(gap: Gap): void {
    this.#accept({ kind: "gap", gap });
  }

  /** Whatever was under way did not work out: ask anew from the last position. */
  rejoin(): void {
    if (this.#phase === "paging" || this.#phase === "live") this.#rejoin();
  }

  /** A part of what was missed. @param top of the log when it was read. */
  #take(top: number, events: readonly EventMessage[], more: boolean): void {
    const life = this.#life;
    for (const event of events) {
      if (!this.#next(event, true)) return;
      if (life !== this.#life) return;
    }
    const position = this.#position;
    if (position === undefined) return;
    if ((more && events.length > 0) || this.#overflowed) {
      this.#overflowed = false;
      this.#sink.fetch(position.offset);
    } else if (position.offset >= top || this.#bridge(top + 1)) {
      this.#finish();
    }
  }

  #finish(): void {
    const life = this.#life;
    const { recovered, replayed, gap } = this.#catchUp;
    const first = !this.#everJoined;
    this.#everJoined = true;
    this.#phase = "live";
    this.#sink.caughtUp({ first, recovered, replayed, ...(gap !== undefined && { gap }) });
    if (life !== this.#life) return;
    const held = this.#held;
    this.#held = [];
    // Nothing new can arrive within this loop.
    for (const item of held) {
      this.#accept(item);
      if (life !== this.#life) return;
    }
  }

  #accept(item: Item): void {
    switch (this.#phase) {
      case "apart":
        return;
      case "joining":
        // Of the stay before, perhaps of a life of the room that is over, which an event does not say. Whatever has a place in
        // the log comes again by the join.
        if (item.kind === "event" && item.event.offset === undefined) this.#apply(item);
        return;
      case "paging":
        this.#hold(item);
        return;
      case "live":
        this.#apply(item);
    }
  }

  #hold(item: Item): void {
    if (this.#held.length < MAX_HELD) {
      this.#held.push(item);
    } else {
      this.#held = [];
      this.#overflowed = true;
    }
  }

  #apply(item: Item): void {
    switch (item.kind) {
      case "event":
        this.#next(item.event, false);
        return;
      case "ack": {
        const { epoch, offset } = item.position;
        // A repeated publish may have been kept in another life of the room.
        if (epoch === this.#position?.epoch && offset > this.#position.offset) {
          if (!this.#bridge(offset)) return;
          this.#position = item.position;
        }
        this.#seen.add(item.of);
        return;
      }
      case "gap":
        this.#live(item.gap);
    }
  }

  /** @returns false when something before it is missing, and was asked for. */
  #next(event: EventMessage, replayed: boolean): boolean {
    const { offset } = event;
    const at = this.#position;
    if (offset === undefined || at === undefined) {
      this.#deliver(event, undefined, replayed);
      return true;
    }
    if (offset <= at.offset) return true;
    if (!this.#bridge(offset)) return false;
    this.#deliver(event, at.epoch, replayed);
    this.#position = { epoch: at.epoch, offset };
    return true;
  }

  #deliver(event: EventMessage, epoch: string | undefined, replayed: boolean): void {
    const known = this.#seen.has(event);
    if (!known) this.#sink.deliver(event, epoch, replayed);
    this.#seen.add(event);
    if (replayed && !known) this.#catchUp = { ...this.#catchUp, replayed: this.#catchUp.replayed + 1 };
  }

  #live({ reason, from, to, position }: Gap): void {
    const at = this.#position;
    // The join has told it, and brought what is kept behind it.
    if (at?.epoch === position.epoch && (to === null || to <= at.offset)) return;
    const missing = at !== undefined && from !== null && from > at.offset + 1;
    if (at?.epoch !== position.epoch || missing) {
      // Joining again tells the gap, and brings what is kept behind it.
      this.#rejoin();
      return;
    }
    this.#tell({ reason, from, to, position });
    this.#position =
      to !== null && to <= position.offset ? { epoch: at.epoch, offset: Math.max(at.offset, to) } : position;
  }

  /**
   * Whether the one at `offset` may follow. Behind a hole it may not, and the room is joined again; a hole that is still there
   * then is in the log itself, and the application is told.
   */
  #bridge(offset: number): boolean {
    const at = this.#position;
    if (at === undefined || offset === at.offset + 1) return true;
    const from = at.offset + 1;
    if (this.#hole !== from) {
      this.#hole = from;
      this.#rejoin();
      return false;
    }
    const position = { epoch: at.epoch, offset: offset - 1 };
    this.#tell({ reason: "hole", from, to: offset - 1, position });
    this.#position = position;
    return true;
  }

  #rejoin(): void {
    this.joining();
    this.#sink.rejoin();
  }

  #tell(gap: RoomGap): void {
    this.#hole = undefined;
    this.#catchUp = { ...this.#catchUp, gap };
    this.#sink.gap(gap);
  }
}

const FRESH = { recovered: false, replayed: 0, gap: undefined };

/** Before the first of the events that are there; behind a gap whose end is known; else at the top. */
function baseOf(top: Position, events: readonly EventMessage[], gap: GapSpan | undefined): Position {
  if (gap !== undefined && gap.to !== null && gap.to <= top.offset)
    return { epoch: top.epoch, offset: gap.to };
  const first = events[0]?.offset;
  return first === undefined ? top : { epoch: top.epoch, offset: first - 1 };
}
