/** Owns what one user may do, compiled once from its grants and asked for every action. */
import type { Action } from "@roomcast/hub";

import type { Grants } from "./grants.ts";
import { Patterns } from "./patterns.ts";

interface Rights {
  readonly kinds: ReadonlySet<string>;
  readonly events: Patterns<true>;
}

const PUBLISH = "publish";

export class Permissions {
  readonly #rooms: Patterns<Rights>;

  constructor(grants: Grants) {
    this.#rooms = new Patterns(
      Object.entries(grants).map(([room, rights]) => [
        room,
        {
          kinds: new Set(rights),
          events: new Patterns(
            rights.flatMap((right) => eventsOf(right).map((event) => [event, true] as const)),
          ),
        },
      ]),
    );
  }

  allow(action: Action): boolean {
    const rights = this.#rooms.find(action.room);
    if (rights === undefined) return false;
    if (rights.kinds.has("admin")) return true;
    if (!("event" in action)) return rights.kinds.has(action.kind);
    // What goes to one member alone is a publish too.
    const mayDirect = action.kind === PUBLISH || rights.kinds.has(action.kind);
    return mayDirect && rights.events.find(action.event) === true;
  }
}

/** The patterns of events that a right lets publish. */
function eventsOf(right: string): string[] {
  if (right === PUBLISH) return ["*"];
  return right.startsWith(`${PUBLISH}:`) ? [right.slice(PUBLISH.length + 1)] : [];
}
