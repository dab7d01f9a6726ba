/**
 * Owns which comings and goings are told in the stream: of people, not of tabs. Whoever is missing when one comes back
 * has a moment to come back as well, for after a restart of the server everybody does, one after the other.
 */
import type { LeftReason } from "@roomcast/protocol";

import type { Change } from "./activity.ts";
import type { Person } from "./person.ts";

/** As long as the server keeps a place for somebody whose connection vanished, and a little more. */
export const RETURN_MS = 20_000;

export class Attendance {
  /** Names by user: who is here as far as the stream has told. Undefined: nobody has been listed yet. */
  #told: Map<string, string> | undefined;

  /** Some came, some went. @param reasons by user: why they went. */
  changed(people: readonly Person[], reasons: ReadonlyMap<string, LeftReason>): Change[] {
    return [...this.#gone(people, reasons), ...this.#arrived(people)];
  }

  /** The whole list: the first one, or that after an absence of one's own. */
  listed(people: readonly Person[]): Change[] {
    if (this.#told !== undefined) return this.#arrived(people);
    this.#told = new Map(people.map(({ user, name }) => [user, name]));
    return [];
  }

  /** RETURN_MS after an absence: who has not come back by now left meanwhile. */
  settled(people: readonly Person[]): Change[] {
    return this.#gone(people);
  }

  /** The room is too full for a list. */
  unlisted(): void {
    this.#told = undefined;
  }

  #arrived(people: readonly Person[]): Change[] {
    const told = this.#told;
    if (told === undefined) return [];
    const fresh = people.filter(({ user }) => !told.has(user));
    for (const { user, name } of fresh) told.set(user, name);
    return fresh.filter(({ isYou }) => !isYou).map(({ name }) => ({ name, kind: "joined" }));
  }

  /** @param reasons without it: all who are not here. */
  #gone(people: readonly Person[], reasons?: ReadonlyMap<string, LeftReason>): Change[] {
    const here = new Set(people.map(({ user }) => user));
    const gone = [...(this.#told ?? [])].filter(([user]) => !here.has(user) && reasons?.has(user) !== false);
    for (const [user] of gone) this.#told?.delete(user);
    return gone.map(([user, name]) => ({ name, kind: "left", reason: reasons?.get(user) ?? "closed" }));
  }
}
