/** Owns a person: the members of a room who are one user, however many tabs they have open. */
import type { From, Member } from "@roomcast/protocol";

import { t } from "../texts/language.svelte.ts";

export interface Person {
  readonly user: string;
  readonly name: string;
  /** One per tab, device or program of this user. */
  readonly clientIds: readonly string[];
  readonly isYou: boolean;
}

/** A name is a person's own choice and may be empty; whoever has none is told apart by the end of their id. */
export function displayName(who: Pick<From, "user" | "name">): string {
  const name = who.name.trim();
  return name === "" ? t().people.guest(who.user.slice(-4)) : name;
}

/** You first, then by name. */
export function peopleOf(members: readonly Member[], you: string | undefined): Person[] {
  const byUser = new Map<string, Member[]>();
  for (const member of members) {
    const same = byUser.get(member.user);
    if (same === undefined) byUser.set(member.user, [member]);
    else same.push(member);
  }
  const people = [...byUser].map(([user, same]) => ({
    user,
    name: displayName({ user, name: same.at(-1)?.name ?? "" }),
    clientIds: same.map((member) => member.clientId),
    isYou: user === you,
  }));
  return people.sort(
    (a, b) =>
      Number(b.isYou) - Number(a.isYou) || a.name.localeCompare(b.name) || a.user.localeCompare(b.user),
  );
}

/** One or two letters for the avatar. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== "");
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (
    letters
      .map((word) => firstLetter(word ?? ""))
      .join("")
      .toUpperCase() || "?"
  );
}

/** One of twelve, in degrees; the same for the same person everywhere. A guest is another user on each visit. */
export function hueOf({ user, name }: Pick<From, "user" | "name">): number {
  const known = user.startsWith("guest:") ? name : user;
  let hash = 2166136261;
  for (let at = 0; at < known.length; at += 1) hash = Math.imul(hash ^ known.charCodeAt(at), 16777619);
  return ((hash >>> 0) % 12) * 30 + 15;
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstLetter(word: string): string {
  for (const { segment } of letters.segment(word)) return segment;
  return "";
}
