/** Owns this tab's one client and the rooms that it is in. Ends with the name that it was begun under. */
import { connect, type Client } from "@roomcast/client";
import { indexedDbStorage } from "@roomcast/client/indexeddb";
import { events, type Events } from "@roomcast/protocol";
import { SvelteMap } from "svelte/reactivity";

import type { Alerts } from "./alerts.svelte.ts";
import { ChatRoom, type Surroundings } from "./chat-room.svelte.ts";
import { Connection } from "./connection.svelte.ts";
import { tokenOfTab } from "./entrance.ts";
import type { MessageEntry } from "./entry.ts";
import { displayName } from "./person.ts";
import { Self } from "./self.ts";

const NOTICE_MS = 6_000;

export interface SessionOptions {
  readonly name: string;
  readonly alerts: Alerts;
  /** Shows a room. */
  readonly go: (room: string) => void;
}

export class Session {
  readonly connection: Connection;
  readonly #client: Client<Events>;
  readonly #self: Self;
  readonly #alerts: Alerts;
  readonly #go: (room: string) => void;
  readonly #rooms = new SvelteMap<string, ChatRoom>();
  #current = $state.raw<ChatRoom>();
  #notice = $state<string>();
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ name, alerts, go }: SessionOptions) {
    // A reload comes back as the same guest, and what was not sent goes out then: under another name it would be somebody else's.
    this.#client = connect("", {
      ...{ contract: events, name, storage: indexedDbStorage({ scope: name }) },
      ...tokenOfTab(),
    });
    this.#self = new Self(this.#client, name);
    this.#alerts = alerts;
    this.#go = go;
    this.connection = new Connection(this.#client);
    document.addEventListener("visibilitychange", this.#onVisibility);
    addEventListener("pagehide", this.#onHide);
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

  /** Something to be said for a moment. */
  get notice(): string | undefined {
    return this.#notice;
  }

  get unread(): number {
    let unread = 0;
    for (const room of this.#rooms.values()) unread += room.reading.unread;
    return unread;
  }

  /** Undefined for a room that this tab is not in. */
  countIn(room: string): number | undefined {
    const chat = this.#rooms.get(room);
    return chat?.hasJoined === true ? chat.count : undefined;
  }

  unreadIn(room: string): number {
    return this.#rooms.get(room)?.reading.unread ?? 0;
  }

  /** Shows a room, and joins it if need be. Rooms that were shown before stay joined, so that they can count unread. */
  enter(name: string): ChatRoom {
    this.#current?.seen();
    const room = this.#join(name);
    this.#current = room;
    room.seen();
    return room;
  }

  /** Joins rooms without showing them. */
  follow(names: readonly string[]): void {
    for (const name of names) this.#join(name);
  }

  leave(name: string): void {
    this.#rooms.get(name)?.leave();
    this.#rooms.delete(name);
    if (this.#current?.name === name) this.#current = undefined;
  }

  say(notice: string): void {
    this.#notice = notice;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.#notice = undefined), NOTICE_MS);
  }

  end(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    removeEventListener("pagehide", this.#onHide);
    clearTimeout(this.#noticeTimer);
    this.#client.disconnect();
  }

  #join(name: string): ChatRoom {
    const known = this.#rooms.get(name);
    const state = known?.status.state;
    if (known !== undefined && state !== "left" && state !== "refused") return known;
    const room = outlivingViews(() => new ChatRoom(this.#client, name, this.#self, this.#around));
    this.#rooms.set(name, room);
    return room;
  }

  readonly #around: Surroundings = {
    isLookedAt: (room) => room === this.#current && document.visibilityState === "visible",
    unseen: (room, message) => this.#tell(room, message),
    notice: (text) => this.say(text),
  };

  #tell({ name }: ChatRoom, { from, text }: MessageEntry): void {
    this.#alerts.tell(`${displayName(from)} · #${name}`, text, name, () => this.#go(name));
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === "visible") this.#current?.reading.seen();
    else this.#current?.seen();
  };

  readonly #onHide = (): void => {
    for (const room of this.#rooms.values()) room.reading.save();
  };
}

/** What is derived inside a component's code ends with the component; a room does not. */
function outlivingViews<Made>(make: () => Made): Made {
  const made: Made[] = [];
  $effect.root(() => {
    made.push(make());
  });
  return made[0] as Made;
}
