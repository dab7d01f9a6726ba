/**
 * Owns who is in one room, and the diffs that tell it. It is a snapshot with diffs, not part of the log: nothing is
 * replayed. A crowded room tells its count only, so that a joining crowd does not cost its square.
 */
import {
  type LeftReason,
  MAX_LISTED_MEMBERS,
  type Member,
  type Presence as PresenceMessage,
  type Refusal,
  type State,
} from "@roomcast/protocol";

import type { Clock, Timer } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { beyond } from "./limits.ts";

/** A large room waits longer: one more millisecond for each so many members. */
const MEMBERS_PER_GATHER_MS = 4;

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
  /** Every receiver has the list. Not so once the room was too crowded to tell it, until it is told whole again. */
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
    if (!this.#crowded) return this.all();
    this.#listed = false;
    const own = this.#members.get(clientId);
    return own === undefined ? [] : [own];
  }

  /** Also for somebody who is there already: what has changed is then told as an update, and nothing if nothing has. */
  join(member: Member): void {
    const { clientId } = member;
    const known = this.#members.get(clientId);
    if (known !== undefined && sameMember(known, member)) return;
    this.#members.set(clientId, member);
    this.#changed(clientId, known === undefined);
  }

  /** `state` replaces the old one. */
  update(clientId: string, state: State): void {
    const member = this.#members.get(clientId);
    if (member === undefined) return;
    this.#members.set(clientId, { ...member, state });
    this.#changed(clientId, false);
  }

  leave(clientId: string, reason: LeftReason): void {
    if (!this.#members.delete(clientId)) return;
    this.#updated.delete(clientId);
    this.#joined.delete(clientId);
    // Told also of somebody who came and went between two diffs: who joined in between has them in its list.
    this.#left.set(clientId, reason);
    this.#gather();
  }

  /** Whether the others have still to be told that this one came: its events must not overtake that. */
  owes(clientId: string): boolean {
    return this.#joined.has(clientId) && !this.#crowded;
  }

  /** Tells now what has gathered. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const message = this.#news();
    this.#listed = !this.#crowded;
    this.#joined.clear();
    this.#updated.clear();
    this.#left.clear();
    if (message !== undefined) this.#tell(message);
  }

  get #crowded(): boolean {
    return this.count > MAX_LISTED_MEMBERS;
  }

  #news(): PresenceMessage | undefined {
    const { count } = this;
    const base = { type: "presence", room: this.#room, count } as const;
    if (this.#crowded) return this.#joined.size + this.#left.size === 0 ? undefined : base;
    if (!this.#listed) return { ...base, members: this.all() };
    if (this.#joined.size + this.#updated.size + this.#left.size === 0) return undefined;
    const members = (ids: Set<string>): Member[] => [...ids].flatMap((id) => this.#members.get(id) ?? []);
    return {
      ...base,
      ...(this.#left.size > 0 && {
        left: [...this.#left].map(([clientId, reason]) => ({ clientId, reason })),
      }),
      ...(this.#joined.size > 0 && { joined: members(this.#joined) }),
      ...(this.#updated.size > 0 && { updated: members(this.#updated) }),
    };
  }

  #changed(clientId: string, isNew: boolean): void {
    if (isNew) this.#joined.add(clientId);
    else if (!this.#joined.has(clientId)) this.#updated.add(clientId);
    this.#gather();
  }

  #gather(): void {
    const delayMs = Math.max(this.#gatherMs, this.count / MEMBERS_PER_GATHER_MS);
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.flush();
    });
  }
}

const sameMember = (a: Member, b: Member): boolean =>
  a.name === b.name && (a.state === b.state || JSON.stringify(a.state) === JSON.stringify(b.state));

/** A `joined` carries the states of up to MAX_LISTED_MEMBERS, so that each of them must be small. */
export function stateRefusal(
  state: State | undefined,
  { settings: { maxStateLength }, telemetry }: Pick<Engine, "settings" | "telemetry">,
): Refusal | undefined {
  if (state === undefined || maxStateLength === 0 || JSON.stringify(state).length <= maxStateLength)
    return undefined;
  return beyond("maxStateLength", telemetry);
}
