/** Owns who is in one room, as the server tells it: a list on joining, then diffs. */
import type { Joined, Member, Presence } from "@roomcast/protocol";

import type { PresenceChange } from "./room.ts";

export class Members {
  readonly #members = new Map<string, Member>();
  #list: readonly Member[] | undefined;
  #count = 0;

  get list(): readonly Member[] {
    return (this.#list ??= [...this.#members.values()]);
  }

  get count(): number {
    return this.#count;
  }

  replace({ members, count }: Pick<Joined, "members" | "count">): PresenceChange {
    this.#members.clear();
    for (const member of members) this.#members.set(member.clientId, member);
    this.#list = undefined;
    this.#count = count;
    return { joined: [], updated: [], left: [], count, snapshot: true };
  }

  apply({ count, members, joined = [], updated = [], left = [] }: Presence): PresenceChange {
    if (members !== undefined) return this.replace({ members, count });
    this.#list = undefined;
    this.#count = count;
    const gone = left.flatMap(({ clientId, reason }) => {
      const member = this.#members.get(clientId);
      this.#members.delete(clientId);
      return member === undefined ? [] : [{ member, reason }];
    });
    // Oneself, and whoever came while `joined` was on its way, are known already.
    const come = joined.filter(({ clientId }) => !this.#members.has(clientId));
    for (const member of [...joined, ...updated]) this.#members.set(member.clientId, member);
    return { joined: come, updated, left: gone, count, snapshot: false };
  }
}
