/** Owns the search in one room's history: page by page from the newest, by whoever reads it and not by the server. */
import type { Room } from "@roomcast/client";
import type { Events, From } from "@roomcast/protocol";

import { Amendments } from "./amendments.ts";

const PAGE_EVENTS = 300;
export const MOST_FOUND = 100;

export interface Found {
  readonly offset: number;
  readonly from: From;
  readonly text: string;
  readonly time: number;
}

export class RoomSearch {
  /** The newest first. */
  #found = $state.raw<readonly Found[]>([]);
  #looked = $state(0);
  #state = $state<"idle" | "searching" | "done" | "failed">("idle");
  #words = $state.raw<readonly string[]>([]);
  readonly #room: Room<Events>;
  /** Counts searches: what an earlier one still finds is of no interest. */
  #run = 0;

  constructor(room: Room<Events>) {
    this.#room = room;
  }

  get found(): readonly Found[] {
    return this.#found;
  }

  /** What is looked for, in lower case. */
  get words(): readonly string[] {
    return this.#words;
  }

  /** Messages looked through so far. */
  get looked(): number {
    return this.#looked;
  }

  get state(): "idle" | "searching" | "done" | "failed" {
    return this.#state;
  }

  /** Every word, in any order, whatever its case. */
  async search(words: string): Promise<void> {
    const run = (this.#run += 1);
    const wanted = words.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
    this.#words = wanted;
    this.#found = [];
    this.#looked = 0;
    this.#state = wanted.length === 0 ? "idle" : "searching";
    // Going back in time, what became of a message is met before the message.
    const amendments = new Amendments();
    let before: number | undefined;
    while (run === this.#run && this.#state === "searching") {
      const page = await this.#room.history({ limit: PAGE_EVENTS, ...(before !== undefined && { before }) });
      if (run !== this.#run) return;
      if (!page.ok) {
        this.#state = "failed";
        return;
      }
      const { events, more } = page.value;
      for (const event of events) amendments.takeEvent(event);
      const messages = events.filter((event) => this.#room.is(event, "message"));
      const found = messages.reverse().flatMap(({ epoch = "", offset = 0, from, data, time }): Found[] => {
        const now = amendments.of(epoch, offset, from.user);
        const text = now?.text ?? data.text;
        const lower = text.toLocaleLowerCase();
        const fits = now?.isDeleted !== true && wanted.every((word) => lower.includes(word));
        return fits ? [{ offset, from, text, time }] : [];
      });
      this.#found = [...this.#found, ...found].slice(0, MOST_FOUND);
      this.#looked += messages.length;
      before = events[0]?.offset;
      if (!more || before === undefined || this.#found.length >= MOST_FOUND) this.#state = "done";
    }
  }
}
