/** Owns the comings and goings between two messages, folded to one sentence however many there are. */
import type { LeftReason } from "@roomcast/protocol";

export interface Change {
  readonly user: string;
  readonly name: string;
  readonly kind: "joined" | "left";
  /** Of a leave: why the server says so. */
  readonly reason?: LeftReason;
}

/** What came of one person: where they stood at first, and where they stand now. */
interface Course {
  readonly name: string;
  readonly first: Change["kind"];
  readonly last: Change["kind"];
  readonly reason?: LeftReason;
}

/** By user, in the order of their first change. */
export type Activity = ReadonlyMap<string, Course>;

export function withChange(activity: Activity, { user, name, kind, reason }: Change): Activity {
  const first = activity.get(user)?.first ?? kind;
  return new Map(activity).set(user, { name, first, last: kind, ...(reason !== undefined && { reason }) });
}

const MAX_NAMES = 3;

type Telling = readonly [fits: (course: Course) => boolean, one: string, many: string];

/** In the order in which they are told; a person's course is told by the first that fits. */
const tellings: readonly Telling[] = [
  [(c) => c.last === "joined" && c.first === "joined", "joined", "joined"],
  [(c) => c.last === "joined", "was away and is back", "were away and are back"],
  [(c) => c.reason === "kicked" || c.reason === "forbidden", "was removed", "were removed"],
  [(c) => c.first === "joined", "came and went", "came and went"],
  [(c) => c.reason === "timeout", "lost the connection", "lost the connection"],
  [() => true, "left", "left"],
];

/** “Ada, Bo and 3 others joined · Cy left”. */
export function describeActivity(activity: Activity): string {
  const told = new Set<Course>();
  const parts: string[] = [];
  for (const [fits, one, many] of tellings) {
    const courses = [...activity.values()].filter((course) => !told.has(course) && fits(course));
    if (courses.length === 0) continue;
    for (const course of courses) told.add(course);
    parts.push(
      `${listNames(
        courses.map(({ name }) => name),
        MAX_NAMES,
      )} ${courses.length > 1 ? many : one}`,
    );
  }
  return parts.join(" · ");
}

/** “Ada”, “Ada and Bo”, “Ada, Bo and Cy”, “Ada, Bo and 4 others”. */
export function listNames(names: readonly string[], most: number): string {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const others = names.length - shown.length;
  const items = others === 0 ? [...shown] : [...shown, `${others} others`];
  const last = items.pop() ?? "";
  return items.length === 0 ? last : `${items.join(", ")} and ${last}`;
}
