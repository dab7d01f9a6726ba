/** Owns one room as the screen shows it: its stream, and what belongs to it. Knows the SDK's room, and no DOM. */
import type { AnyRoomEvent, Client, RoomEvent, RoomStatus } from "@roomcast/client";
import type { DataOut, Events, Position } from "@roomcast/protocol";
import { createRoom, type LiveRoom } from "@roomcast/svelte";
import { SvelteSet } from "svelte/reactivity";

import type { Change } from "./activity.ts";
import { type Amendment, Amendments, withWish } from "./amendments.ts";
import { Composer } from "./composer.svelte.ts";
import { type MarkEntry, type MessageEntry, messageKey } from "./entry.ts";
import { Outgoing } from "./outgoing.ts";
import { type Page, Past } from "./past.svelte.ts";
import type { Person } from "./person.ts";
import { Pulse } from "./pulse.svelte.ts";
import { Reading } from "./reading.svelte.ts";
import { rowsOf } from "./rows.ts";
import { RoomPeople } from "./room-people.svelte.ts";
import { RoomSearch } from "./room-search.svelte.ts";
import type { Self } from "./self.ts";
import { Timeline } from "./timeline.ts";
import { Typists } from "./typists.svelte.ts";

/** While one reads the newest, the stream keeps this many entries; older ones are loaded again when wanted. */
const MOST_ENTRIES = 1_200;
const KEPT_ENTRIES = 800;

type MessageEvent = RoomEvent<"message", DataOut<Events, "message">>;

/** What a room asks of the tab that it is in. */
export interface Surroundings {
  isLookedAt(room: ChatRoom): boolean;
  /** Somebody else wrote while nobody looked. */
  unseen(room: ChatRoom, message: MessageEntry): void;
  /** Something to be said that has no place in the stream. */
  notice(text: string): void;
}

export class ChatRoom {
  readonly name: string;
  readonly composer: Composer;
  readonly outgoing: Outgoing;
  readonly past: Past;
  readonly reading: Reading;
  readonly search: RoomSearch;
  readonly typists = new Typists();
  /** Keys of long messages that are shown in full. */
  readonly unfolded = new SvelteSet<string>();
  /** Whether the end of the stream is in view. */
  isFollowing = true;

  readonly #live: LiveRoom<Events>;
  readonly #self: Self;
  readonly #around: Surroundings;
  readonly #people: RoomPeople;
  readonly #timeline = new Timeline();
  readonly #amendments = new Amendments();
  /** Beats for the timeline and the amendments, which are no reactive things themselves. */
  readonly #pulse = new Pulse();
  #hasJoined = $state(false);
  /** Why what comes next is marked in the stream, and whether the mark stands there yet. */
  #missing: { readonly reason: MarkEntry["reason"]; isMarked: boolean } | undefined;

  constructor(client: Client<Events>, name: string, self: Self, around: Surroundings) {
    this.name = name;
    this.#live = createRoom(client, name);
    const { room } = this.#live;
    this.#self = self;
    this.#around = around;
    this.past = new Past(room, (page) => this.#prepend(page));
    this.reading = new Reading(name);
    this.search = new RoomSearch(room);
    this.outgoing = new Outgoing(
      this.#live,
      self,
      (entry) => this.#add(entry),
      (text) => around.notice(text),
    );
    this.composer = new Composer(room, this.outgoing);
    this.#people = new RoomPeople(this.#live, self, (changes) => this.#tell(changes));
    this.#listen();
  }

  readonly rows = $derived.by(() => {
    this.#pulse.follow();
    // Read once: there are as many messages as there were ever loaded.
    const wishes = this.outgoing.amendings;
    // An own message may have come back before its ack.
    const onTheWay = this.outgoing.entries.filter(({ key }) => !this.#timeline.has(key));
    return rowsOf([...this.#timeline.entries, ...onTheWay], (message) => this.#amendmentOf(message, wishes));
  });

  get people(): readonly Person[] {
    return this.#people.list;
  }

  get count(): number {
    return this.#people.count;
  }

  get status(): RoomStatus {
    return this.#live.status;
  }

  /** It was entered once, so that there is something to show even while the connection is away. */
  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  isSelf(user: string): boolean {
    return user === this.#self.user;
  }

  /** Of the message that another one answers; undefined where it is not among those shown. */
  answered({ replyTo, position }: MessageEntry): MessageEntry | undefined {
    const epoch = position?.epoch ?? this.#epoch;
    return replyTo === undefined || epoch === undefined
      ? undefined
      : this.#timeline.find({ epoch, offset: replyTo });
  }

  /** The text that a message has now. */
  textOf(message: MessageEntry): string {
    return this.#amendmentOf(message)?.text ?? message.text;
  }

  /** The newest of one's own that can be edited. */
  get lastOwn(): MessageEntry | undefined {
    return this.#timeline.entries.findLast(
      (entry): entry is MessageEntry => entry.kind === "message" && this.canChange(entry),
    );
  }

  /** Only its author changes a message, and a guest who came back as another is not the one who wrote it. */
  canChange(message: MessageEntry): boolean {
    return (
      message.position !== undefined &&
      this.isSelf(message.from.user) &&
      this.#amendmentOf(message)?.isDeleted !== true
    );
  }

  /** Loads the stream back to a message, while it is wanted. @returns its key; undefined: there is none. */
  async find(offset: number, isWanted: () => boolean): Promise<string | undefined> {
    await this.#joined;
    if (!(await this.past.reach(offset, isWanted)) || this.#epoch === undefined) return undefined;
    return this.#timeline.find({ epoch: this.#epoch, offset })?.key;
  }

  /** One looks at it, or looks away: what comes from now on begins a new mark. */
  seen(): void {
    this.reading.seen();
    if (this.#missing?.reason === "new") this.#missing = undefined;
  }

  leave(): void {
    this.#people.end();
    this.reading.save();
    this.#live.room.leave();
  }

  get #epoch(): string | undefined {
    return this.#live.room.position?.epoch;
  }

  get #joined(): Promise<void> {
    const { room } = this.#live;
    if (this.#hasJoined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    room.onJoined(() => resolve());
    return promise;
  }

  #amendmentOf({ position, from }: MessageEntry, wishes = this.outgoing.amendings): Amendment | undefined {
    if (position === undefined) return undefined;
    const kept = this.#amendments.of(position.epoch, position.offset, from.user);
    return wishes
      .filter(({ data }) => data.target === position.offset && position.epoch === this.#epoch)
      .reduce<Amendment | undefined>((now, wish) => withWish(now, wish, this.#self.from), kept);
  }

  #listen(): void {
    const { room } = this.#live;
    room.on("message", (event) => this.#received(event));
    room.onAny((event) => this.#amend(event));
    room.on("typing", ({ from, data }) => {
      if (data.on && !this.#self.is(from)) this.typists.started(from);
      else this.typists.stopped(from.user);
    });
    room.onPresence(({ left }) => {
      for (const { member } of left) this.typists.stopped(member.user);
    });
    room.onGap(({ reason, from, to }) => {
      this.#timeline.addGap({ reason, from, to });
      this.#pulse.beat();
    });
    room.onStatus(({ state }) => {
      if (state !== "joined") this.typists.clear();
      if (state === "joining" && this.#hasJoined) this.#missing ??= { reason: "away", isMarked: false };
    });
    room.onJoined(() => {
      this.#hasJoined = true;
      // What came before one looked here stays marked; only what comes from now on would begin another mark.
      if (this.#missing?.reason === "away" || this.#around.isLookedAt(this)) this.#missing = undefined;
      if (this.#around.isLookedAt(this)) this.reading.seen();
    });
  }

  #received(event: MessageEvent): void {
    const entry = entryOf(event, this.#self);
    const isNews = !entry.isYours && this.#isNews(entry, event.replayed);
    if (isNews) this.#missing ??= { reason: "new", isMarked: false };
    if (isNews && this.#missing !== undefined) {
      if (!this.#missing.isMarked) this.#timeline.addMark(this.#missing.reason);
      this.#missing.isMarked = true;
      this.#timeline.countMarked();
    }
    this.#add(entry, isNews);
    if (isNews && this.#hasJoined && !event.replayed && !this.#around.isLookedAt(this))
      this.#around.unseen(this, entry);
  }

  /** Whether it is to be marked: missed in an absence, newer than the last visit, or come while nobody looked. */
  #isNews({ position }: MessageEntry, isReplayed: boolean): boolean {
    if (!isReplayed) return !this.#around.isLookedAt(this);
    if (this.#hasJoined) return this.#missing !== undefined;
    return position !== undefined && this.reading.isNews(position);
  }

  #add(entry: MessageEntry, isNews = false): void {
    if (!this.#timeline.append(entry)) return;
    this.typists.stopped(entry.from.user);
    this.reading.came(entry.position, isNews && !this.#around.isLookedAt(this));
    if (this.#hasJoined && this.#around.isLookedAt(this)) this.reading.seen();
    if (this.isFollowing && this.#timeline.entries.length > MOST_ENTRIES) this.#forgetOldest();
    this.#pulse.beat();
  }

  #amend(event: AnyRoomEvent<Events>): void {
    if (this.#amendments.takeEvent(event)) this.#pulse.beat();
  }

  /** On its own, so that the screen can tell that everything else moved down. */
  #prepend(page: Page): void {
    this.#pulse.apart(() => {
      for (const event of page) this.#amend(event);
      const messages = page.filter((event) => this.#live.room.is(event, "message"));
      this.#timeline.prepend(messages.map((event) => entryOf(event, this.#self)));
    });
  }

  #forgetOldest(): void {
    this.#timeline.trim(KEPT_ENTRIES);
    const positions = this.#timeline.entries.flatMap((entry): Position[] =>
      entry.kind === "message" && entry.position !== undefined ? [entry.position] : [],
    );
    if (positions[0] !== undefined) this.past.forgetBefore(positions[0].offset);
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) this.#timeline.addChange(change, Date.now());
    if (changes.length > 0) this.#pulse.beat();
  }
}

function entryOf({ id, from, data, time, offset, epoch }: MessageEvent, self: Self): MessageEntry {
  const isYours = self.is(from);
  return {
    kind: "message",
    key: messageKey(isYours ? undefined : from.user, id),
    id,
    from,
    isYours,
    ...data,
    time,
    // What is not in the log came to this client alone.
    ...(offset === undefined || epoch === undefined
      ? { direct: { to: self.name, delivered: true } }
      : { position: { epoch, offset } }),
    delivery: { state: "sent" },
  };
}
