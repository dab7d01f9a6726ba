/**
 * Owns who is in one room, and the diffs that tell it. It is a snapshot with diffs, not part of the log: nothing is
 * replayed. A crowded room tells its count only, so that a joining crowd does not cost its square.
 */
import {
  type LeftReason,
  MAX_LISTED_MEMBERS,
  type Member,
  type Presence as PresenceMessage,
  type State,
} from "@roomcast/protocol";

import type { Clock, Timer } from "./clock.ts";

/** A large room waits longer: one more millisecond for each so many members. */
const MEMBERS_PER_GATHER_MS = 10;

export class Presence {
  readonly #room: string;
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #tell: (message: PresenceMessage) => void;
  readonly #members = new Map<string, Member>();
  readonly #joined = new Set<string>();
  readonly #updated = new Set<string>();
  readonly #left = new Map<string, LeftReason>();
  #timer: Timer | undefined;
  #listed = true;

  constructor(room: string, clock: Clock, gatherMs: number, tell: (message: PresenceMessage) => void) {
    this.#room = room;
    this.#clock = clock;
    this.#gatherMs = gatherMs;
    this.#tell = tell;
  }

  get count(): number {
    return this.#members.size;
  }

  get(clientId: string): Member | undefined {
    return this.#members.get(clientId);
  }

  all(): Member[] {
    return [...this.#members.values()];
  }

  /** For the `joined` of this client. */
  listFor(clientId: string): Member[] {
    if (this.count <= MAX_LISTED_MEMBERS) return this.all();
    const own = this.#members.get(clientId);
    return own === undefined ? [] : [own];
  }

  /** Also for somebody who is there already: a changed state is then told as an update. */
  join(member: Member): void {
    const { clientId } = member;
    const known = this.#members.has(clientId);
    this.#members.set(clientId, member);
    if (this.#left.delete(clientId) || known) {
      if (!this.#joined.has(clientId)) this.#updated.add(clientId);
    } else {
      this.#joined.add(clientId);
    }
    this.#gather();
  }

  /** `state` replaces the old one. */
  update(clientId: string, state: State): void {
    const member = this.#members.get(clientId);
    if (member === undefined) return;
    this.#members.set(clientId, { ...member, state });
    if (!this.#joined.has(clientId)) this.#updated.add(clientId);
    this.#gather();
  }

  leave(clientId: string, reason: LeftReason): void {
    if (!this.#members.delete(clientId)) return;
    this.#updated.delete(clientId);
    // Whoever came and went between two diffs was never told of.
    if (!this.#joined.delete(clientId)) this.#left.set(clientId, reason);
    this.#gather();
  }

  /** Tells now what has gathered: an event of a newcomer must not overtake the news that they came. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { count } = this;
    const listed = count <= MAX_LISTED_MEMBERS;
    const base = { type: "presence", room: this.#room, count } as const;
    if (!listed) this.#tell(base);
    else if (!this.#listed) this.#tell({ ...base, members: this.all() });
    else if (this.#joined.size + this.#updated.size + this.#left.size > 0)
      this.#tell({ ...base, ...this.#diff() });
    this.#listed = listed;
    this.#joined.clear();
    this.#updated.clear();
    this.#left.clear();
  }

  get pending(): boolean {
    return this.#timer !== undefined;
  }

  #diff(): Partial<PresenceMessage> {
    const members = (ids: Set<string>): Member[] => [...ids].flatMap((id) => this.#members.get(id) ?? []);
    return {
      ...(this.#left.size > 0 && {
        left: [...this.#left].map(([clientId, reason]) => ({ clientId, reason })),
      }),
      ...(this.#joined.size > 0 && { joined: members(this.#joined) }),
      ...(this.#updated.size > 0 && { updated: members(this.#updated) }),
    };
  }

  #gather(): void {
    const delayMs = Math.max(this.#gatherMs, this.count / MEMBERS_PER_GATHER_MS);
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.flush();
    });
  }
}
