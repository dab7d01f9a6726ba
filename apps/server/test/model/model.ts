/** Owns the smallest thing that behaves as a hub over a log must: lists of names, and where each member is in them. */

export interface Named {
  readonly user: string;
  readonly id: string;
}

export class RoomModel {
  /** Offset 1 is the first. */
  readonly events: Named[] = [];
  readonly #historyEvents: number;
  /** As the log tells it; the same as long as nothing is lost. */
  #epoch: string | undefined;
  #floor = 0;

  constructor(historyEvents: number) {
    this.#historyEvents = historyEvents;
  }

  get top(): number {
    return this.events.length;
  }

  /** @throws when it is another one than before. */
  isIn(epoch: string): void {
    this.#epoch ??= epoch;
    if (this.#epoch !== epoch) throw new Error(`the epoch was ${this.#epoch}, and is ${epoch}`);
  }

  /** Of one who says it again: where it stands. */
  offsetOf(name: Named): number | undefined {
    const index = this.events.findIndex(({ user, id }) => user === name.user && id === name.id);
    return index < 0 ? undefined : index + 1;
  }

  /**
   * The log trims when it has time: all that is known of its floor is between which bounds it lies.
   * @throws when it lies elsewhere.
   */
  hasFloor(floor: number): void {
    const highest = Math.max(0, this.top - this.#historyEvents);
    if (floor < this.#floor || floor > highest)
      throw new Error(`the floor is ${floor}, and not between ${this.#floor} and ${highest}`);
    this.#floor = floor;
  }
}

/** Where a member has been told to be. */
export interface Bookmark {
  readonly epoch: string;
  readonly offset: number;
}

export class MemberModel {
  /** As the server has named it. */
  user = "";
  /** To come back with; undefined before the first welcome, and when the server has forgotten. */
  resume: string | undefined;
  online = false;
  readonly rooms = new Set<string>();
  readonly bookmarks = new Map<string, Bookmark>();
}

export class Model {
  readonly members: ReadonlyMap<string, MemberModel>;
  readonly #historyEvents: number;
  readonly #rooms = new Map<string, RoomModel>();

  constructor(names: readonly string[], historyEvents: number) {
    this.members = new Map(names.map((name) => [name, new MemberModel()]));
    this.#historyEvents = historyEvents;
  }

  member(name: string): MemberModel {
    const member = this.members.get(name);
    if (member === undefined) throw new Error(`nobody is called ${name}`);
    return member;
  }

  room(name: string): RoomModel {
    let room = this.#rooms.get(name);
    if (room === undefined) this.#rooms.set(name, (room = new RoomModel(this.#historyEvents)));
    return room;
  }

  /** Names of the members who are in a room with a socket. */
  present(room: string): string[] {
    return [...this.members]
      .filter(([, { online, rooms }]) => online && rooms.has(room))
      .map(([name]) => name);
  }

  restart(survives: boolean): void {
    for (const member of this.members.values()) {
      member.online = false;
      if (survives) continue;
      member.resume = undefined;
      member.rooms.clear();
    }
    if (!survives) this.#rooms.clear();
  }
}
