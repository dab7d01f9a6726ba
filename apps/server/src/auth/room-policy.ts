/**
 * Owns who may do what in which room: what the application's hook says, else what the token's `rooms` claim says, else what
 * the settings say of users and of guests.
 */
import { type Action, type Identity, type MaybePromise, type Policy, whenReady } from "@roomcast/hub";
import { err, type Refusal, refusal, type Result } from "@roomcast/protocol";

import { checkGrants, type Grants } from "./grants.ts";
import { Permissions } from "./permissions.ts";

/** An application's own word on it; undefined leaves it to the token and the settings. Asked for each action. */
export type Authorize = (user: Identity, room: string, action: Action) => MaybePromise<boolean | undefined>;

export interface RoomRules {
  readonly userRooms: Grants;
  readonly guestRooms: Grants;
  readonly authorize?: Authorize | undefined;
}

/** Of the right alone: nothing of it depends on the room, or on whether there is one. */
function forbidden(action: Action): Refusal {
  const right = "event" in action && action.kind === "publish" ? `publish:${action.event}` : action.kind;
  return refusal("forbidden", `not allowed: this takes the right "${right}" in that room`);
}

export class RoomPolicy implements Policy {
  readonly #door: Pick<Policy, "authenticate">;
  readonly #users: Permissions;
  readonly #guests: Permissions;
  readonly #authorize: Authorize | undefined;
  /** By the claim itself: it is as long-lived as the identity that it came with. */
  readonly #compiled = new WeakMap<object, Permissions>();

  /** @param door who gets in at all. */
  constructor(door: Pick<Policy, "authenticate">, { userRooms, guestRooms, authorize }: RoomRules) {
    this.#door = door;
    this.#users = new Permissions(userRooms);
    this.#guests = new Permissions(guestRooms);
    this.#authorize = authorize;
  }

  authenticate(token: string | undefined): MaybePromise<Result<Identity, Refusal>> {
    return whenReady(this.#door.authenticate(token), (entered): Result<Identity, Refusal> => {
      const rooms = entered.ok ? entered.value.claims?.["rooms"] : undefined;
      if (rooms === undefined) return entered;
      const checked = checkGrants(rooms);
      return checked.ok
        ? entered
        : err(refusal("unauthorised", `the token's rooms must be ${checked.error}`));
    });
  }

  authorise(identity: Identity, action: Action): MaybePromise<Refusal | undefined> {
    // The usual way, for every publish: nothing is made for it.
    if (this.#authorize === undefined) return this.#byRights(identity, action);
    return whenReady(this.#authorize(identity, action.room, action), (word) => {
      if (word === undefined) return this.#byRights(identity, action);
      return word ? undefined : forbidden(action);
    });
  }

  #byRights(identity: Identity, action: Action): Refusal | undefined {
    return this.#permissionsOf(identity).allow(action) ? undefined : forbidden(action);
  }

  #permissionsOf({ user, claims }: Identity): Permissions {
    const rooms = claims?.["rooms"];
    if (rooms === undefined) return user === null ? this.#guests : this.#users;
    const checked = checkGrants(rooms);
    // A token with such a claim does not get in: it is of the application's own making.
    if (!checked.ok) throw new TypeError(`claims.rooms must be ${checked.error}`);
    const known = this.#compiled.get(checked.value) ?? new Permissions(checked.value);
    this.#compiled.set(checked.value, known);
    return known;
  }
}
