/**
 * Owns a table of members by their ids. Very many rooms have one member, who then is the table: a map of one would be twice as
 * large as the rest of such a room, and a `Few` half as large. A function that changes a roster returns the one to go on with.
 */
import type { Member } from "@roomcast/protocol";

export type Roster = Member | Map<string, Member> | undefined;

export const sizeOf = (roster: Roster): number =>
  roster instanceof Map ? roster.size : roster === undefined ? 0 : 1;

export const listOf = (roster: Roster): Member[] =>
  roster instanceof Map ? [...roster.values()] : roster === undefined ? [] : [roster];

export function memberOf(roster: Roster, clientId: string): Member | undefined {
  if (roster instanceof Map) return roster.get(clientId);
  return roster?.clientId === clientId ? roster : undefined;
}

/** In the place of the one with its id, if there is one. */
export function withMember(roster: Roster, member: Member): Roster {
  if (roster instanceof Map) return roster.set(member.clientId, member);
  if (roster === undefined || roster.clientId === member.clientId) return member;
  return new Map([roster, member].map((each) => [each.clientId, each]));
}

export function withoutMember(roster: Roster, clientId: string): Roster {
  if (!(roster instanceof Map)) return roster?.clientId === clientId ? undefined : roster;
  roster.delete(clientId);
  const [first] = roster.values();
  return roster.size > 1 ? roster : first;
}
