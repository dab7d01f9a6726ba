/**
 * Owns what became of messages after they were sent: edits, deletions, reactions. Of two that contradict each other the
 * later one counts, in whatever order they come; only a message's author can change or delete it.
 */
import type { RoomEvent } from "@roomcast/client";
import type { From } from "@roomcast/protocol";

export type Amending =
  | { readonly event: "edit"; readonly data: { readonly target: number; readonly text: string } }
  | { readonly event: "delete"; readonly data: { readonly target: number } }
  | {
      readonly event: "reaction";
      readonly data: { readonly target: number; readonly emoji: string; readonly on: boolean };
    };

const AMENDING: ReadonlySet<string> = new Set<Amending["event"]>(["edit", "delete", "reaction"]);
export const isAmending = (event: string): event is Amending["event"] => AMENDING.has(event);

/** Whoever publishes by plain HTTP and has no token: nothing tells one of them from another, so none is known to be an author. */
const ANYBODY = "guest";

/** Where it stands in the log, and by whom. */
interface Origin {
  readonly epoch: string;
  readonly offset: number;
  readonly from: From;
}

export interface Reaction {
  readonly emoji: string;
  /** In the order in which they reacted. */
  readonly people: readonly From[];
}

export interface Amendment {
  readonly isDeleted: boolean;
  /** Of the last edit. */
  readonly text?: string;
  readonly reactions: readonly Reaction[];
}

interface Said<Value> {
  readonly offset: number;
  readonly value: Value;
}

/** All that was said about one message, by user. */
class Record {
  readonly edits = new Map<string, Said<string>>();
  readonly deletions = new Set<string>();
  /** By emoji, then by user. */
  readonly reactions = new Map<string, Map<string, Said<{ readonly on: boolean; readonly from: From }>>>();
}

export class Amendments {
  /** By epoch, then by offset: an offset alone does not name a message. */
  readonly #records = new Map<string, Map<number, Record>>();

  /** Any event of a room. @returns whether it was one of these. */
  takeEvent(event: RoomEvent): boolean {
    const { epoch, offset, from } = event;
    if (!isAmending(event.event) || epoch === undefined || offset === undefined) return false;
    // The server has held it to the contract that both read.
    this.take(event as unknown as Amending, { epoch, offset, from });
    return true;
  }

  take(amending: Amending, { epoch, offset, from }: Origin): void {
    if (from.user === ANYBODY && amending.event !== "reaction") return;
    const record = this.#recordOf(epoch, amending.data.target);
    switch (amending.event) {
      case "edit":
        say(record.edits, from.user, { offset, value: amending.data.text });
        return;
      case "delete":
        record.deletions.add(from.user);
        return;
      case "reaction": {
        const { emoji, on } = amending.data;
        const people = record.reactions.get(emoji) ?? new Map<string, Said<{ on: boolean; from: From }>>();
        record.reactions.set(emoji, people);
        say(people, from.user, { offset, value: { on, from } });
      }
    }
  }

  of(epoch: string, offset: number, author: string): Amendment | undefined {
    const record = this.#records.get(epoch)?.get(offset);
    if (record === undefined) return undefined;
    const edit = record.edits.get(author);
    return {
      isDeleted: record.deletions.has(author),
      ...(edit !== undefined && { text: edit.value }),
      reactions: reactionsIn(record),
    };
  }

  #recordOf(epoch: string, target: number): Record {
    const ofEpoch = this.#records.get(epoch) ?? new Map<number, Record>();
    this.#records.set(epoch, ofEpoch);
    const record = ofEpoch.get(target) ?? new Record();
    ofEpoch.set(target, record);
    return record;
  }
}

/** With what is still on its way from oneself, as it will be. */
export function withWish(amendment: Amendment | undefined, wish: Amending, self: From): Amendment {
  const { isDeleted, text, reactions } = amendment ?? { isDeleted: false, reactions: [] };
  const now: Amendment = { isDeleted, reactions, ...(text !== undefined && { text }) };
  switch (wish.event) {
    case "edit":
      return { ...now, text: wish.data.text };
    case "delete":
      return { ...now, isDeleted: true };
    case "reaction": {
      const { emoji, on } = wish.data;
      const known = reactions.some((reaction) => reaction.emoji === emoji);
      const all = known ? reactions : [...reactions, { emoji, people: [] }];
      const people = (reaction: Reaction): readonly From[] => {
        if (reaction.emoji !== emoji) return reaction.people;
        const others = reaction.people.filter(({ user }) => user !== self.user);
        return on ? [...others, self] : others;
      };
      const changed = all.map((reaction) => ({ ...reaction, people: people(reaction) }));
      return { ...now, reactions: changed.filter((reaction) => reaction.people.length > 0) };
    }
  }
}

function say<Value>(said: Map<string, Said<Value>>, user: string, latest: Said<Value>): void {
  if ((said.get(user)?.offset ?? 0) <= latest.offset) said.set(user, latest);
}

function reactionsIn({ reactions }: Record): Reaction[] {
  return [...reactions]
    .map(([emoji, people]) => ({
      emoji,
      people: [...people.values()].filter(({ value }) => value.on).map(({ value }) => value.from),
    }))
    .filter(({ people }) => people.length > 0);
}
