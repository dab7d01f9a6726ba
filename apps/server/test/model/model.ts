/** Owns the smallest thing that behaves as a hub over a log must: lists of names, and where each member is in them. */

export interface Named {
  readonly user: string;
  readonly id: string;
}

/** As a log tells it. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

export class RoomModel {
  /** Of the present life; offset 1 is the first. */
  readonly events: Named[] = [];
  /** Of all lives: what was said once stands where it stood. */
  readonly #known: (Named & Place)[] = [];
  readonly #ended = new Set<string>();
  readonly #historyEvents: number;
  /** The same as long as nothing is lost. */
  #epoch: string | undefined;
  #floor = 0;

  constructor(historyEvents: number) {
    this.#historyEvents = historyEvents;
  }

  get top(): number {
    return this.events.length;
  }

  /** @throws when it is another one than before, or one that is over. */
  isIn(epoch: string): void {
    this.#epoch ??= epoch;
    if (this.#epoch !== epoch || this.#ended.has(epoch))
      throw new Error(`the epoch was ${this.#epoch}, and is ${epoch}`);
  }

  add(name: Named, epoch: string): void {
    this.isIn(epoch);
    this.events.push(name);
    this.#known.push({ ...name, epoch, offset: this.top });
  }

  /** Another life begins, in another epoch. */
  remove(epoch: string): void {
    if (this.#epoch !== undefined) this.#ended.add(this.#epoch);
    this.#epoch = undefined;
    this.isIn(epoch);
    this.events.length = 0;
    this.#floor = 0;
  }

  /** Of one who says it again. */
  placeOf(name: Named): Place | undefined {
    const known = this.#known.find(({ user, id }) => user === name.user && id === name.id);
    return known && { epoch: known.epoch, offset: known.offset };
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

export class MemberModel {
  /** As the server has named it. */
  user = "";
  /** To come back with; undefined before the first welcome, and when the server has forgotten. */
  resume: string | undefined;
  online = false;
  readonly rooms = new Set<string>();
  /** Where it has been told to be, by room. */
  readonly bookmarks = new Map<string, Place>();
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
