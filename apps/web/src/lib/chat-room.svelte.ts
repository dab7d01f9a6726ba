/** Owns one room as the screen shows it: its stream and its people. Knows the SDK's room, and no DOM. */
import type { AnyRoomEvent, Client, PresenceChange, RoomEvent, RoomStatus } from "@roomcast/client";
import { type Events, MAX_LISTED_MEMBERS } from "@roomcast/protocol";
import { createRoom, type LiveRoom } from "@roomcast/svelte";

import type { Change } from "./activity.ts";
import { Attendance, RETURN_MS } from "./attendance.ts";
import { Composer } from "./composer.svelte.ts";
import { type MessageEntry, messageKey } from "./entry.ts";
import { Outgoing } from "./outgoing.ts";
import { peopleOf } from "./person.ts";
import { rowsOf } from "./rows.ts";
import type { Self } from "./self.ts";
import { Timeline } from "./timeline.ts";
import { Typists } from "./typists.svelte.ts";

const PAGE_EVENTS = 100;
/** While one reads the newest, the stream keeps this many entries; older ones are loaded again when wanted. */
const MOST_ENTRIES = 1_200;
const KEPT_ENTRIES = 800;

export class ChatRoom {
  readonly name: string;
  readonly composer: Composer;
  readonly outgoing: Outgoing;
  readonly typists = new Typists();
  /** Messages of others since one last looked. */
  unread = $state(0);
  /** Whether the end of the stream is in view. */
  isFollowing = true;

  readonly #live: LiveRoom<Events>;
  readonly #self: Self;
  readonly #isLookedAt: (room: ChatRoom) => boolean;
  readonly #timeline = new Timeline();
  readonly #attendance = new Attendance();
  /** Counts changes of the timeline, which is no reactive thing itself. */
  #changes = $state(0);
  /** The lowest offset that was seen: where older history ends. */
  #oldest = $state<number>();
  #hasOlder = $state(false);
  #isLoadingOlder = $state(false);
  #couldNotLoadOlder = $state(false);
  #hasJoined = $state(false);
  #returnTimer: ReturnType<typeof setTimeout> | undefined;
  /** Since the connection was lost; marked: something was missed, and the stream says so. */
  #absence: "none" | "unmarked" | "marked" = "none";

  constructor(client: Client<Events>, name: string, self: Self, isLookedAt: (room: ChatRoom) => boolean) {
    this.name = name;
    this.#live = createRoom(client, name);
    this.#self = self;
    this.#isLookedAt = isLookedAt;
    this.outgoing = new Outgoing(this.#live, self, (entry) => this.#add(entry));
    this.composer = new Composer(this.#live.room, this.outgoing);
    this.#listen();
  }

  readonly rows = $derived.by(() => {
    void this.#changes;
    // An own message may have come back before its ack.
    const onTheWay = this.outgoing.entries.filter(({ key }) => !this.#timeline.has(key));
    return rowsOf([...this.#timeline.entries, ...onTheWay]);
  });

  /** In a crowded room nobody but oneself. */
  readonly people = $derived.by(() => {
    const people = peopleOf(this.#live.members, this.#self.user);
    return this.#isCrowded ? people.filter(({ isYou }) => isYou) : people;
  });

  /** People here; where nobody is listed, tabs. */
  get count(): number {
    return this.#isCrowded ? this.#live.count : this.people.length;
  }

  get #isCrowded(): boolean {
    return this.#live.count > MAX_LISTED_MEMBERS;
  }

  get status(): RoomStatus {
    return this.#live.status;
  }

  /** It was entered once, so that there is something to show even while the connection is away. */
  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  get isLoadingOlder(): boolean {
    return this.#isLoadingOlder;
  }

  get couldNotLoadOlder(): boolean {
    return this.#couldNotLoadOlder;
  }

  /** There is more, and nothing speaks against asking for it unasked. */
  get canLoadOlder(): boolean {
    return this.#hasOlder && !this.#isLoadingOlder && !this.#couldNotLoadOlder;
  }

  /** The first event that the room ever had is among those shown, or it never had one. */
  get showsBeginning(): boolean {
    return !this.#hasOlder && (this.#oldest ?? 1) <= 1;
  }

  async loadOlder(): Promise<void> {
    if (this.#isLoadingOlder || !this.#hasOlder || this.#oldest === undefined) return;
    this.#isLoadingOlder = true;
    const page = await this.#live.room.history({ before: this.#oldest, limit: PAGE_EVENTS });
    this.#isLoadingOlder = false;
    this.#couldNotLoadOlder = !page.ok;
    if (!page.ok) return;
    const { events, more } = page.value;
    this.#timeline.prepend(
      events.flatMap((event) => (this.#live.room.is(event, "message") ? [this.#entryOf(event)] : [])),
    );
    this.#oldest = events[0]?.offset ?? this.#oldest;
    this.#hasOlder = more;
    this.#changes += 1;
  }

  seen(): void {
    this.unread = 0;
  }

  leave(): void {
    clearTimeout(this.#returnTimer);
    this.#live.room.leave();
  }

  #listen(): void {
    const { room } = this.#live;
    room.onAny((event) => this.#noteOldest(event));
    room.on("message", (event) => this.#received(event));
    room.on("typing", ({ from, data }) => {
      if (data.on && !this.#self.is(from)) this.typists.started(from);
      else this.typists.stopped(from.user);
    });
    room.onPresence((change) => this.#presenceChanged(change));
    room.onGap(({ reason, from, to }) => {
      // Offsets begin anew: what lies before is not to be had by them.
      if (reason === "recreated") this.#hasOlder = false;
      this.#timeline.addGap({ reason, from, to });
      this.#changes += 1;
    });
    room.onStatus(({ state }) => {
      if (state !== "joined") this.typists.clear();
      if (state === "joining" && this.#hasJoined && this.#absence === "none") this.#absence = "unmarked";
    });
    room.onJoined(({ first }) => {
      if (first) this.#hasOlder = this.#oldest !== undefined && this.#oldest > 1;
      this.#hasJoined = true;
      this.#couldNotLoadOlder = false;
      this.#absence = "none";
    });
  }

  #received(event: RoomEvent<"message", { readonly text: string }>): void {
    const entry = this.#entryOf(event);
    if (this.#absence !== "none" && event.replayed && !entry.isYours) {
      if (this.#absence === "unmarked") this.#timeline.addAway();
      this.#absence = "marked";
      this.#timeline.countMissed();
    }
    this.#add(entry);
  }

  #add(entry: MessageEntry): void {
    if (!this.#timeline.append(entry)) return;
    this.typists.stopped(entry.from.user);
    if (this.#hasJoined && !entry.isYours && !this.#isLookedAt(this)) this.unread += 1;
    if (this.isFollowing && this.#timeline.entries.length > MOST_ENTRIES) this.#forgetOldest();
    this.#changes += 1;
  }

  #forgetOldest(): void {
    this.#timeline.trim(KEPT_ENTRIES);
    const first = this.#timeline.entries.find(
      (entry) => entry.kind === "message" && entry.offset !== undefined,
    );
    if (first?.kind === "message") this.#oldest = first.offset;
    this.#hasOlder = true;
  }

  #presenceChanged({ left, snapshot }: PresenceChange): void {
    for (const { member } of left) this.typists.stopped(member.user);
    const people = peopleOf(this.#live.members, this.#self.user);
    if (this.#isCrowded) {
      this.#attendance.unlisted();
    } else if (snapshot) {
      this.#tell(this.#attendance.listed(people));
      clearTimeout(this.#returnTimer);
      this.#returnTimer = setTimeout(() => this.#tellWhoStayedAway(), RETURN_MS);
    } else {
      const reasons = new Map(left.map(({ member, reason }) => [member.user, reason]));
      this.#tell(this.#attendance.changed(people, reasons));
    }
  }

  #tellWhoStayedAway(): void {
    if (this.#live.status.state === "joined" && !this.#isCrowded) {
      this.#tell(this.#attendance.settled(peopleOf(this.#live.members, this.#self.user)));
    }
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) this.#timeline.addChange(change, Date.now());
    if (changes.length > 0) this.#changes += 1;
  }

  #noteOldest({ offset }: AnyRoomEvent<Events>): void {
    if (offset !== undefined && (this.#oldest === undefined || offset < this.#oldest)) this.#oldest = offset;
  }

  #entryOf({ id, from, data, time, offset }: RoomEvent<"message", { readonly text: string }>): MessageEntry {
    const isYours = this.#self.is(from);
    return {
      kind: "message",
      key: messageKey(isYours ? undefined : from.user, id),
      id,
      from,
      isYours,
      text: data.text,
      time,
      // What is not in the log came to this client alone.
      ...(offset === undefined ? { direct: { to: this.#self.name, delivered: true } } : { offset }),
      delivery: { state: "sent" },
    };
  }
}
