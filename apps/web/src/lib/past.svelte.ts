/** Owns how far back a room has been loaded, and the loading of what is older. Knows no entries. */
import type { AnyRoomEvent, Room } from "@roomcast/client";
import type { Events } from "@roomcast/protocol";

const PAGE_EVENTS = 100;
/** On the way to one message, pages are as large as the server gives them. */
const STRIDE_EVENTS = 300;

export type Page = readonly AnyRoomEvent<Events>[];

export class Past {
  readonly #room: Room<Events>;
  readonly #take: (page: Page) => void;
  /** The lowest offset that was seen: where older history ends. */
  #oldest = $state<number>();
  #hasOlder = $state(false);
  #loading = $state.raw<Promise<boolean>>();
  #hasFailed = $state(false);

  /** @param take gets each page, older than all before it. */
  constructor(room: Room<Events>, take: (page: Page) => void) {
    this.#room = room;
    this.#take = take;
    room.onAny(({ offset }) => {
      if (offset !== undefined && (this.#oldest === undefined || offset < this.#oldest))
        this.#oldest = offset;
    });
    room.onGap(({ reason }) => {
      // Offsets begin anew: what lies before is not to be had by them.
      if (reason === "recreated") this.#hasOlder = false;
    });
    room.onJoined(({ first }) => {
      if (first) this.#hasOlder = this.#oldest !== undefined && this.#oldest > 1;
      this.#hasFailed = false;
    });
  }

  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** There is more, and nothing speaks against asking for it unasked. */
  get canLoad(): boolean {
    return this.#hasOlder && !this.isLoading && !this.#hasFailed;
  }

  /** The first event that the room ever had is among those shown, or it never had one. */
  get showsBeginning(): boolean {
    return !this.#hasOlder && (this.#oldest ?? 1) <= 1;
  }

  /** @returns whether anything came. While one page is under way there is no other. */
  load(limit = PAGE_EVENTS): Promise<boolean> {
    if (this.#loading !== undefined) return this.#loading;
    const loading = this.#load(limit).finally(() => (this.#loading = undefined));
    this.#loading = loading;
    return loading;
  }

  /** Loads until this offset is among what was seen, or is not wanted any more. @returns whether it is. */
  async reach(offset: number, isWanted: () => boolean): Promise<boolean> {
    while (this.#oldest === undefined || this.#oldest > offset) {
      if (!isWanted() || !this.#hasOlder || !(await this.load(STRIDE_EVENTS))) return false;
    }
    return true;
  }

  /** What is older than this was let go. */
  forgetBefore(offset: number): void {
    this.#oldest = offset;
    this.#hasOlder = true;
  }

  async #load(limit: number): Promise<boolean> {
    if (!this.#hasOlder || this.#oldest === undefined) return false;
    const page = await this.#room.history({ before: this.#oldest, limit });
    this.#hasFailed = !page.ok;
    if (!page.ok) return false;
    const { events, more } = page.value;
    this.#oldest = events[0]?.offset ?? this.#oldest;
    this.#hasOlder = more;
    this.#take(events);
    return events.length > 0;
  }
}
