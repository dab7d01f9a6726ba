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

import type { Engine } from "../engine.ts";
import { overLimit } from "../limits/limits.ts";
import type { Timer } from "../ports/clock.ts";
import type { HubSettings } from "../settings.ts";
import { listOf, memberOf, type Roster, sizeOf, withMember, withoutMember } from "./roster.ts";

/**
 * News of a large room are gathered for longer: telling them costs a write for each member that is there by then, and there is to
 * be no more than one write in so long, …
 */
const GATHER_MS_PER_MEMBER = 1;
/** … but however large a room is, it is told within this. */
const MAX_GATHER_MS = 10_000;

/** Shorter lists are made anew each time: many rooms have a member or two, and are to keep nothing for that. */
const LONG_LIST = 16;

/** What all rooms have in common. */
interface Parts extends Pick<Engine, "clock"> {
  readonly settings: Pick<HubSettings, "presenceGatherMs">;
}

interface Told {
  /** Of the room. */
  readonly name: string;
  readonly parts: Parts;
  /** How many hear it now. Who comes to hear it is shown the list first. */
  readonly audience: number;
  broadcast(message: PresenceMessage): void;
}

/** What has still to be told. Its ids are those of a room that is not crowded: in a crowd they would be thousands, and are never told. */
class News {
  /** Somebody came or went, in a crowd too. */
  moved = false;
  readonly joined = new Set<string>();
  readonly updated = new Set<string>();
  readonly left = new Map<string, LeftReason>();
  /** At its end it is told. */
  timer: Timer | undefined;
}

const NO_NEWS = new News();

/** One object for everybody who has set none. */
export const NO_STATE: State = Object.freeze({});

export class Presence {
  readonly #told: Told;
  #members: Roster;
  /** Of many members, as long as they stay the same: what is told to each who comes back is then printed once. */
  #list: Member[] | undefined;
  #news: News | undefined;
  /** Every receiver has the list. Not so once the room was too crowded to tell it, until it is told whole again. */
  #listed = true;

  constructor(told: Told) {
    this.#told = told;
  }

  get count(): number {
    return sizeOf(this.#members);
  }

  get(clientId: string): Member | undefined {
    return memberOf(this.#members, clientId);
  }

  all(): Member[] {
    if (this.count < LONG_LIST) return listOf(this.#members);
    return (this.#list ??= listOf(this.#members));
  }

  /** For the `joined` of this client; MUST NOT be changed. */
  listFor(clientId: string): Member[] {
    if (!this.#crowded) return this.all();
    this.#listed = false;
    const own = this.get(clientId);
    return own === undefined ? [] : [own];
  }

  /** Also for somebody who is there already: what has changed is then told as an update, and nothing if nothing has. */
  join(member: Member): void {
    const { clientId } = member;
    const known = this.get(clientId);
    if (known !== undefined && sameMember(known, member)) return;
    this.#place(member);
    this.#changed(clientId, known === undefined);
  }

  /** `state` replaces the old one. */
  update(clientId: string, state: State): void {
    const member = this.get(clientId);
    if (member === undefined) return;
    this.#place({ ...member, state });
    this.#changed(clientId, false);
  }

  leave(clientId: string, reason: LeftReason): void {
    if (this.get(clientId) === undefined) return;
    this.#members = withoutMember(this.#members, clientId);
    this.#list = undefined;
    const news = this.#gather(true);
    news?.updated.delete(clientId);
    news?.joined.delete(clientId);
    // Told also of somebody who came and went between two diffs: who joined in between has them in its list.
    if (this.#listed) news?.left.set(clientId, reason);
  }

  /** Whether the others may have still to be told that this one came: its events must not overtake that. */
  owes(clientId: string): boolean {
    if (this.#news === undefined || this.#crowded) return false;
    return !this.#listed || this.#news.joined.has(clientId);
  }

  /** Tells now what has gathered. */
  flush(): void {
    this.#news?.timer?.cancel();
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
    const { moved, joined, updated, left } = this.#news ?? NO_NEWS;
    const base = { type: "presence", room: this.#told.name, count } as const;
    if (this.#crowded) return moved ? base : undefined;
    if (!this.#listed) return { ...base, members: this.all() };
    if (!moved && updated.size === 0) return undefined;
    const members = (ids: ReadonlySet<string>): Member[] => [...ids].flatMap((id) => this.get(id) ?? []);
    return {
      ...base,
      ...(left.size > 0 && { left: [...left].map(([clientId, reason]) => ({ clientId, reason })) }),
      ...(joined.size > 0 && { joined: members(joined) }),
      ...(updated.size > 0 && { updated: members(updated) }),
    };
  }

  #place(member: Member): void {
    this.#list = undefined;
    this.#members = withMember(this.#members, member);
  }

  #changed(clientId: string, isNew: boolean): void {
    const news = this.#gather(isNew);
    if (!this.#listed) return;
    if (isNew) news?.joined.add(clientId);
    else if (news?.joined.has(clientId) === false) news.updated.add(clientId);
  }

  /**
   * @param moved whether somebody has come or gone.
   * @returns where to say what has changed, which will be told; undefined where nobody is there to be told.
   */
  #gather(moved: boolean): News | undefined {
    if (this.#told.audience === 0 && this.#news === undefined) return undefined;
    if (this.#crowded) this.#listed = false;
    const news = this.#news ?? this.#begin();
    news.moved ||= moved;
    return news;
  }

  #begin(): News {
    this.#news = new News();
    this.#await(this.#news);
    return this.#news;
  }

  /** A room that has grown meanwhile waits on. @param waitedMs until now. */
  #await(news: News, waitedMs = 0): void {
    const dueMs = this.#gatherMs;
    news.timer = this.#told.parts.clock.after(dueMs - waitedMs, () => {
      if (this.#gatherMs > dueMs) this.#await(news, dueMs);
      else this.flush();
    });
  }

  get #gatherMs(): number {
    const largeMs = Math.min(this.count * GATHER_MS_PER_MEMBER, MAX_GATHER_MS);
    return Math.max(this.#told.parts.settings.presenceGatherMs, largeMs);
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
  return overLimit("maxStateLength", telemetry);
}
