/** Owns this tab's one client and the rooms that it is in. Ends with the name that it was begun under. */
import { connect, type Client } from "@roomcast/client";
import { indexedDbStorage } from "@roomcast/client/indexeddb";
import { events, type Events } from "@roomcast/protocol";
import { SvelteMap } from "svelte/reactivity";

import { ChatRoom } from "./chat-room.svelte.ts";
import { Connection } from "./connection.svelte.ts";
import { Self } from "./self.ts";

export class Session {
  readonly connection: Connection;
  readonly #client: Client<Events>;
  readonly #self: Self;
  readonly #rooms = new SvelteMap<string, ChatRoom>();
  #current = $state.raw<ChatRoom>();

  constructor(name: string) {
    // A reload comes back as the same guest, and what was not sent goes out then: under another name it would be somebody else's.
    this.#client = connect("", { contract: events, name, storage: indexedDbStorage({ scope: name }) });
    this.#self = new Self(this.#client, name);
    this.connection = new Connection(this.#client);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  /** Undefined until the server has said who one is. */
  get user(): string | undefined {
    // It becomes known, and may change, when a connection opens.
    void this.connection.status;
    return this.#self.user;
  }

  /** The room on the screen. */
  get current(): ChatRoom | undefined {
    return this.#current;
  }

  get unread(): number {
    let unread = 0;
    for (const room of this.#rooms.values()) unread += room.unread;
    return unread;
  }

  /** Undefined for a room that this tab is not in. */
  countIn(room: string): number | undefined {
    const chat = this.#rooms.get(room);
    return chat?.hasJoined === true ? chat.count : undefined;
  }

  unreadIn(room: string): number {
    return this.#rooms.get(room)?.unread ?? 0;
  }

  /** Shows a room, and joins it if need be. Rooms that were shown before stay joined, so that they can count unread. */
  enter(name: string): ChatRoom {
    const known = this.#rooms.get(name);
    const state = known?.status.state;
    const room =
      known === undefined || state === "left" || state === "refused"
        ? outlivingViews(() => new ChatRoom(this.#client, name, this.#self, (one) => this.#isLookedAt(one)))
        : known;
    this.#rooms.set(name, room);
    this.#current = room;
    room.seen();
    return room;
  }

  leave(name: string): void {
    this.#rooms.get(name)?.leave();
    this.#rooms.delete(name);
    if (this.#current?.name === name) this.#current = undefined;
  }

  end(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#client.disconnect();
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === "visible") this.#current?.seen();
  };

  #isLookedAt(room: ChatRoom): boolean {
    return room === this.#current && document.visibilityState === "visible";
  }
}

/** What is derived inside a component's code ends with the component; a room does not. */
function outlivingViews<Made>(make: () => Made): Made {
  const made: Made[] = [];
  $effect.root(() => {
    made.push(make());
  });
  return made[0] as Made;
}
