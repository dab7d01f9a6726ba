/** Owns the comings and goings between two messages, folded to one sentence however many there are. */
import type { LeftReason } from "@roomcast/protocol";

import type { Texts } from "../texts/en.ts";
import { t } from "../texts/language.svelte.ts";

export interface Change {
  readonly name: string;
  readonly kind: "joined" | "left";
  /** Of a leave: why the server says so. */
  readonly reason?: LeftReason;
}

/** What came of one person: where they stood at first, and where they stand now. */
interface Course {
  readonly first: Change["kind"];
  readonly last: Change["kind"];
  readonly reason?: LeftReason;
}

/**
 * By name, in the order of their first change: a name is all that a reader has to tell people apart, and a guest who
 * reloads the page is another user of the same name.
 */
export type Activity = ReadonlyMap<string, Course>;

export function withChange(activity: Activity, { name, kind, reason }: Change): Activity {
  const first = activity.get(name)?.first ?? kind;
  return new Map(activity).set(name, { first, last: kind, ...(reason !== undefined && { reason }) });
}

const MAX_NAMES = 3;

type Telling = readonly [fits: (course: Course) => boolean, as: keyof Texts["activity"]];

/** In the order in which they are told; a person's course is told by the first that fits. */
const tellings: readonly Telling[] = [
  [(c) => c.last === "joined" && c.first === "joined", "joined"],
  [(c) => c.last === "joined", "returned"],
  [(c) => ["kicked", "banned", "forbidden"].includes(c.reason ?? ""), "removed"],
  [(c) => c.first === "joined", "passed"],
  [(c) => c.reason === "timeout", "lost"],
  [() => true, "left"],
];

/** “Ada, Bo and 3 others joined · Cy left”. */
export function describeActivity(activity: Activity): string {
  const untold = new Map(activity);
  const parts: string[] = [];
  for (const [fits, as] of tellings) {
    const names = [...untold].filter(([, course]) => fits(course)).map(([name]) => name);
    for (const name of names) untold.delete(name);
    if (names.length > 0) parts.push(t().activity[as](listNames(names), names.length));
  }
  return parts.join(" · ");
}

/** “Ada”, “Ada and Bo”, “Ada, Bo and Cy”, “Ada, Bo and 4 others”. */
export function listNames(names: readonly string[]): string {
  const shown = names.length > MAX_NAMES ? names.slice(0, MAX_NAMES - 1) : names;
  const others = names.length - shown.length;
  return t().list(others === 0 ? shown : [...shown, t().others(others)]);
}
