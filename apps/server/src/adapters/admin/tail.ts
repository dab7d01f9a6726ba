/** Owns one operator's look at the events that go by: those that the filter lets through, so many at a time, the rest counted. */
import type { Clock, PublishedEvent } from "@roomcast/hub";
import type { TailBatch, TailedEvent } from "@roomcast/protocol/operators";

import { Beat } from "./beat.ts";

/** By a whole name, or by how one begins: `room-*`. Undefined lets everything through. */
export interface TailFilter {
  readonly room?: string | undefined;
  readonly event?: string | undefined;
  /** A user, a clientId or a name. */
  readonly user?: string | undefined;
}

const EVERY_MS = 250;
const MAX_EVENTS = 50;
const MAX_DATA_LENGTH = 2_000;

export class Tail {
  readonly #filter: TailFilter;
  readonly #beat: Beat;
  #events: TailedEvent[] = [];
  #dropped = 0;

  /** @param flush @returns false: the reader is behind, and what was meant for it is dropped. */
  constructor(filter: TailFilter, clock: Clock, flush: (batch: TailBatch) => boolean) {
    this.#filter = filter;
    this.#beat = new Beat(clock, EVERY_MS, () => {
      const events = this.#events;
      const dropped = this.#dropped;
      if (events.length + dropped === 0) return;
      const isTaken = flush({ events, dropped });
      this.#events = [];
      this.#dropped = isTaken ? 0 : dropped + events.length;
    });
  }

  take(event: PublishedEvent): void {
    if (!this.#lets(event)) return;
    if (this.#events.length < MAX_EVENTS) this.#events.push(tailed(event));
    else this.#dropped += 1;
  }

  stop(): void {
    this.#beat.stop();
  }

  #lets({ room, event, from }: PublishedEvent): boolean {
    const { user, ...names } = this.#filter;
    return (
      fits(names.room, room) &&
      fits(names.event, event) &&
      (fits(user, from.user) || fits(user, from.name) || fits(user, from.clientId ?? ""))
    );
  }
}

function fits(wanted: string | undefined, name: string): boolean {
  if (wanted === undefined) return true;
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

function tailed({ room, event, id, from, time, receivers, offset, to, data }: PublishedEvent): TailedEvent {
  const { text } = data;
  return {
    ...{ room, event, id, from, time, receivers, bytes: Buffer.byteLength(text) },
    ...(offset !== undefined && { offset }),
    ...(to === undefined ? { data: text.slice(0, MAX_DATA_LENGTH) } : { to }),
  };
}
