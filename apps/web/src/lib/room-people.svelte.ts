/** Owns who is in a room as the screen shows it, and when comings and goings are told. Must not know the stream that they are told in. */
import type { PresenceChange } from "@roomcast/client";
import { type Events, MAX_LISTED_MEMBERS } from "@roomcast/protocol";
import type { LiveRoom } from "@roomcast/svelte";

import type { Change } from "./activity.ts";
import { Attendance, RETURN_MS } from "./attendance.ts";
import { peopleOf, type Person } from "./person.ts";
import type { Self } from "./self.ts";

export class RoomPeople {
  readonly #live: LiveRoom<Events>;
  readonly #self: Self;
  readonly #tell: (changes: readonly Change[]) => void;
  readonly #attendance = new Attendance();
  #returnTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(live: LiveRoom<Events>, self: Self, tell: (changes: readonly Change[]) => void) {
    this.#live = live;
    this.#self = self;
    this.#tell = tell;
    live.room.onPresence((change) => this.#changed(change));
  }

  /** In a crowded room nobody but oneself. */
  readonly list = $derived.by(() => {
    const people = this.#listed;
    return this.#isCrowded ? people.filter(({ isYou }) => isYou) : people;
  });

  /** People here; where nobody is listed, tabs. */
  get count(): number {
    return this.#isCrowded ? this.#live.count : this.list.length;
  }

  /** Nothing is told any more. */
  end(): void {
    clearTimeout(this.#returnTimer);
  }

  get #isCrowded(): boolean {
    return this.#live.count > MAX_LISTED_MEMBERS;
  }

  get #listed(): Person[] {
    return peopleOf(this.#live.members, this.#self.user);
  }

  #changed({ left, snapshot }: PresenceChange): void {
    if (this.#isCrowded) {
      this.#attendance.unlisted();
    } else if (snapshot) {
      this.#tell(this.#attendance.listed(this.#listed));
      clearTimeout(this.#returnTimer);
      this.#returnTimer = setTimeout(() => this.#tellWhoStayedAway(), RETURN_MS);
    } else {
      const reasons = new Map(left.map(({ member, reason }) => [member.user, reason]));
      this.#tell(this.#attendance.changed(this.#listed, reasons));
    }
  }

  #tellWhoStayedAway(): void {
    if (this.#live.status.state !== "joined" || this.#isCrowded) return;
    this.#tell(this.#attendance.settled(this.#listed));
  }
}
