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

/** A large room waits longer: telling it costs a write for each member, of which there is to be one in so long, … */
const GATHER_MS_PER_MEMBER = 1;
/** … but a crowd that has grown or gone is told that, however large it was. */
const MAX_GATHER_MS = 10_000;

/** Many rooms have a member or two, and are not to keep a list of them. */
const LONG_LIST = 16;

interface Told {
  broadcast(message: PresenceMessage): void;
}

interface News {
  readonly joined: Set<string>;
  readonly updated: Set<string>;
  readonly left: Map<string, LeftReason>;
}

const NO_NEWS: News = { joined: new Set(), updated: new Set(), left: new Map() };

/** One for all who have said nothing of theirs. */
export const NO_STATE: State = Object.freeze({});

export class Presence {
  readonly #room: string;
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #told: Told;
  readonly #members = new Map<string, Member>();
  /** Of many members, as long as they stay the same: what is told to each who comes back is then printed once. */
  #list: Member[] | undefined;
  /** What has still to be told. */
  #news: News | undefined;
  #timer: Timer | undefined;
  /** Every receiver has the list. Not so once the room was too crowded to tell it, until it is told whole again. */
  #listed = true;

  constructor(room: string, clock: Clock, gatherMs: number, told: Told) {
    this.#room = room;
    this.#clock = clock;
    this.#gatherMs = gatherMs;
    this.#told = told;
  }

  get count(): number {
    return this.#members.size;
  }

  get(clientId: string): Member | undefined {
    return this.#members.get(clientId);
  }

  all(): Member[] {
    if (this.count < LONG_LIST) return [...this.#members.values()];
    return (this.#list ??= [...this.#members.values()]);
  }

  /** For the `joined` of this client; MUST NOT be changed. */
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
    this.#list = undefined;
    this.#members.set(clientId, member);
    this.#changed(clientId, known === undefined);
  }

  /** `state` replaces the old one. */
  update(clientId: string, state: State): void {
    const member = this.#members.get(clientId);
    if (member === undefined) return;
    this.#list = undefined;
    this.#members.set(clientId, { ...member, state });
    this.#changed(clientId, false);
  }

  leave(clientId: string, reason: LeftReason): void {
    if (!this.#members.delete(clientId)) return;
    this.#list = undefined;
    const { updated, joined, left } = this.#gather();
    updated.delete(clientId);
    joined.delete(clientId);
    // Told also of somebody who came and went between two diffs: who joined in between has them in its list.
    left.set(clientId, reason);
  }

  /** Whether the others have still to be told that this one came: its events must not overtake that. */
  owes(clientId: string): boolean {
    return this.#news?.joined.has(clientId) === true && !this.#crowded;
  }

  /** Tells now what has gathered. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const message = this.#message();
    this.#listed = !this.#crowded;
    this.#news = undefined;
    if (message !== undefined) this.#told.broadcast(message);
  }

  get #crowded(): boolean {
    return this.count > MAX_LISTED_MEMBERS;
  }

  #message(): PresenceMessage | undefined {
    const { count } = this;
    const { joined, updated, left } = this.#news ?? NO_NEWS;
    const base = { type: "presence", room: this.#room, count } as const;
    if (this.#crowded) return joined.size + left.size === 0 ? undefined : base;
    if (!this.#listed) return { ...base, members: this.all() };
    if (joined.size + updated.size + left.size === 0) return undefined;
    const members = (ids: ReadonlySet<string>): Member[] =>
      [...ids].flatMap((id) => this.#members.get(id) ?? []);
    return {
      ...base,
      ...(left.size > 0 && { left: [...left].map(([clientId, reason]) => ({ clientId, reason })) }),
      ...(joined.size > 0 && { joined: members(joined) }),
      ...(updated.size > 0 && { updated: members(updated) }),
    };
  }

  #changed(clientId: string, isNew: boolean): void {
    const { joined, updated } = this.#gather();
    if (isNew) joined.add(clientId);
    else if (!joined.has(clientId)) updated.add(clientId);
  }

  /** @returns where to say what has changed, which will be told. */
  #gather(): News {
    const delayMs = Math.max(this.#gatherMs, Math.min(this.count * GATHER_MS_PER_MEMBER, MAX_GATHER_MS));
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.flush();
    });
    return (this.#news ??= { joined: new Set(), updated: new Set(), left: new Map() });
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
