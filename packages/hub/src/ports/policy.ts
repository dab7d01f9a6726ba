/** Port: who may do what. */
import { ok, type Refusal, type Result } from "@roomcast/protocol";

import { GUEST, type Identity } from "../access/identity.ts";
import type { MaybePromise } from "../maybe-promise.ts";

/** What somebody wants to do. */
export type Action =
  /**
   * `history`: to see what was said before one came. `presence`: to tell a state of one's own, and to ask who is there without
   * being in the room. `moderate`: to take others out of it. `admin`: all of it.
   */
  | {
      readonly kind: "join" | "presence" | "history" | "moderate" | "admin";
      readonly room: string;
    }
  | { readonly kind: "publish" | "direct"; readonly room: string; readonly event: string };

/** Who may come in, and do what. An application may bring its own. */
export interface Policy {
  /** MUST NOT throw on any token. `undefined` when the client brought none. */
  authenticate(token: string | undefined): MaybePromise<Result<Identity, Refusal>>;
  /** Asked for each action; undefined allows it. */
  authorise(identity: Identity, action: Action): MaybePromise<Refusal | undefined>;
}

/** Everybody is a guest, and may do all that the contract allows. */
export const OPEN_DOOR: Policy = {
  authenticate: () => ok(GUEST),
  authorise: () => undefined,
};
