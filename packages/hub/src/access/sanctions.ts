/** Owns what is imposed on whom now: in memory, so that asking costs no look into the store. Must not know sessions. */
import { type ErrorCode, type Imposed, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

import type { Clock } from "../ports/clock.ts";
import type { Action } from "../ports/policy.ts";
import type { Sanction, SanctionKey, SanctionStore } from "../ports/sanction-store.ts";
import type { Identity } from "./identity.ts";

/** By what is asked to be done; what is not here is not muted. */
const VOICE: ReadonlySet<Action["kind"]> = new Set(["publish", "direct", "presence"]);

export class Sanctions {
  readonly #store: SanctionStore;
  readonly #clock: Clock;
  /** By user; most have none. */
  readonly #imposed = new Map<string, Sanction[]>();

  constructor(store: SanctionStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    for (const sanction of store.kept) this.#put(sanction);
  }

  /** All that have not ended, those of the longest standing first. */
  all(): Sanction[] {
    return [...this.#imposed.keys()].flatMap((user) => this.#of(user)).sort((a, b) => a.since - b.since);
  }

  /** In effect at once, whatever the store says of it. */
  impose(sanction: Sanction): Promise<Result<undefined, Refusal>> {
    this.#put(sanction);
    return this.#store.impose(sanction);
  }

  /** @returns whether there was one. */
  async lift(key: SanctionKey): Promise<Result<boolean, Refusal>> {
    const others = this.#of(key.user).filter((each) => !isOf(each, key));
    const wasThere = others.length < (this.#imposed.get(key.user)?.length ?? 0);
    this.#keep(key.user, others);
    const lifted = await this.#store.lift(key);
    return lifted.ok ? ok(wasThere) : lifted;
  }

  /** Why somebody may not be here at all. */
  entry(user: string, identity: Identity): Refusal | undefined {
    if (this.#imposed.size === 0) return undefined;
    return this.#first(
      user,
      (each) => each.room === null && (each.kind === "ban" || isRevoked(each, identity)),
    );
  }

  /** Why something may not be done. */
  action(user: string, identity: Identity, { kind, room }: Action): Refusal | undefined {
    if (this.#imposed.size === 0) return undefined;
    return this.#first(
      user,
      (each) =>
        (each.room === null || each.room === room) &&
        (each.kind === "ban" || (each.kind === "mute" && VOICE.has(kind)) || isRevoked(each, identity)),
    );
  }

  #first(user: string, counts: (sanction: Sanction) => boolean): Refusal | undefined {
    const sanction = this.#of(user).find(counts);
    return sanction && refusalBy(sanction);
  }

  #of(user: string): readonly Sanction[] {
    const imposed = this.#imposed.get(user);
    if (imposed === undefined) return [];
    const now = this.#clock.now();
    const going = imposed.filter(({ until }) => until === null || until > now);
    if (going.length < imposed.length) this.#keep(user, going);
    return going;
  }

  #put(sanction: Sanction): void {
    const others = this.#of(sanction.user).filter((each) => !isOf(each, sanction));
    this.#keep(sanction.user, [...others, sanction]);
  }

  #keep(user: string, sanctions: Sanction[]): void {
    if (sanctions.length === 0) this.#imposed.delete(user);
    else this.#imposed.set(user, sanctions);
  }
}

const isOf = (sanction: Sanction, { kind, user, room }: SanctionKey): boolean =>
  sanction.kind === kind && sanction.user === user && sanction.room === room;

/** A token says when it was issued, in whole seconds: one of the same second may be of before. */
const isRevoked = ({ kind, since }: Sanction, { issuedAt }: Identity): boolean =>
  kind === "revoke" && issuedAt !== undefined && issuedAt <= since;

const TOLD = {
  mute: { code: "forbidden", what: "muted" },
  ban: { code: "forbidden", what: "banned" },
  revoke: { code: "unauthorised", what: "revoked" },
} as const satisfies Record<Sanction["kind"], { code: ErrorCode; what: Imposed["what"] }>;

/** What a user is told who is refused something by this. */
export function refusalBy({ kind, reason, until }: Sanction): Refusal {
  const { code, what } = TOLD[kind];
  // A text of a time that is given, and no look at a clock.
  // eslint-disable-next-line no-restricted-globals
  const end = until === null ? "" : ` until ${new Date(until).toISOString()}`;
  return {
    ...refusal(code, `${what}${end}${reason === "" ? "" : `: ${reason}`}`),
    imposed: { what, ...(until !== null && { until }), ...(reason !== "" && { reason }) },
  };
}
