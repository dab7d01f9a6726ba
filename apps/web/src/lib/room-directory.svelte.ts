/** Owns the rooms that one can go to: those visited before, remembered, and those that others are in, asked of the server. */
import { isRoomName } from "@roomcast/protocol";
import { SvelteSet } from "svelte/reactivity";

import { recall, remember } from "./storage.ts";

const KEY = "rooms";
const MOST_VISITED = 30;
const POLL_MS = 10_000;

interface RoomInUse {
  readonly room: string;
  readonly count: number;
}

export class RoomDirectory {
  /** In the order of their first visit. */
  readonly #visited = new SvelteSet<string>((recall(KEY) ?? "").split(" ").filter(isRoomName));
  #inUse = $state.raw<ReadonlyMap<string, number>>(new Map());

  get visited(): string[] {
    return [...this.#visited];
  }

  /** Where others are and one has not been, the fullest first. */
  get elsewhere(): RoomInUse[] {
    return [...this.#inUse]
      .filter(([room]) => !this.#visited.has(room))
      .map(([room, count]) => ({ room, count }))
      .sort((a, b) => b.count - a.count || a.room.localeCompare(b.room));
  }

  countIn(room: string): number {
    return this.#inUse.get(room) ?? 0;
  }

  visit(room: string): void {
    this.#visited.add(room);
    for (const oldest of this.#visited) {
      if (this.#visited.size <= MOST_VISITED) break;
      this.#visited.delete(oldest);
    }
    this.#save();
  }

  forget(room: string): void {
    this.#visited.delete(room);
    this.#save();
  }

  /** Asks the server now and then, while the page is looked at. @returns how to stop. */
  watch(): () => void {
    const ask = (): void => {
      if (document.visibilityState === "visible") void this.#refresh();
    };
    ask();
    const timer = setInterval(ask, POLL_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }

  /** A server that does not answer, or does not tell guests, leaves the list as it is. */
  async #refresh(): Promise<void> {
    try {
      const response = await fetch("/v1/rooms");
      if (response.ok) this.#inUse = new Map(roomsIn(await response.json()));
    } catch {
      // The dot tells that the server is away.
    }
  }

  #save(): void {
    remember(KEY, [...this.#visited].join(" "));
  }
}

function roomsIn(body: unknown): [string, number][] {
  const rooms = isRecord(body) && Array.isArray(body["rooms"]) ? (body["rooms"] as unknown[]) : [];
  return rooms.flatMap((entry): [string, number][] => {
    if (!isRecord(entry)) return [];
    const { room, count } = entry;
    return typeof room === "string" && typeof count === "number" && isRoomName(room) ? [[room, count]] : [];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
