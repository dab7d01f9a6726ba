/** Owns the live tail: the newest events that pass the filter, and how many went by unseen. Paused, it holds still and counts. */
import type { TailBatch, TailedEvent } from "@roomcast/protocol/operators";

import type { AdminApi } from "./admin-api.svelte.ts";

export interface Filter {
  readonly room: string;
  readonly event: string;
  readonly user: string;
}

/** One that came; numbered, since an id may be anything. */
export interface Seen extends TailedEvent {
  readonly number: number;
}

const KEPT = 200;
const RETRY_MS = 2_000;

export class Tailing {
  #events = $state.raw<readonly Seen[]>([]);
  #unseen = $state(0);
  #isPaused = $state(false);
  #stream = $state<"opening" | "open" | "lost">("opening");
  #count = 0;
  #abort: AbortController | undefined;
  readonly #api: AdminApi;

  constructor(api: AdminApi) {
    this.#api = api;
  }

  /** Newest first. */
  get events(): readonly Seen[] {
    return this.#events;
  }

  /** Went by faster than is shown, or while it was paused. */
  get unseen(): number {
    return this.#unseen;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get stream(): "opening" | "open" | "lost" {
    return this.#stream;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  clear(): void {
    this.#events = [];
    this.#unseen = 0;
  }

  /** From now on, by this filter. */
  follow(filter: Filter): void {
    this.end();
    const { signal } = (this.#abort = new AbortController());
    const given = Object.entries(filter).filter(([, text]) => text !== "");
    void this.#listen(`/tail?${new URLSearchParams(given).toString()}`, signal);
  }

  end(): void {
    this.#abort?.abort();
  }

  async #listen(path: string, signal: AbortSignal): Promise<void> {
    for (const isOver = (): boolean => signal.aborted; !isOver();) {
      await this.#api.stream(path, signal, {
        opened: () => (this.#stream = "open"),
        tell: (batch) => {
          if (!isOver()) this.#take(batch as TailBatch);
        },
      });
      if (isOver()) return;
      this.#stream = "lost";
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #take({ events, dropped }: TailBatch): void {
    this.#unseen += dropped;
    if (this.#isPaused) {
      this.#unseen += events.length;
      return;
    }
    const seen = events.map((event) => ({ ...event, number: (this.#count += 1) }));
    this.#events = [...seen.toReversed(), ...this.#events].slice(0, KEPT);
  }
}
