/** Owns that a plain request costs its sender a credit, as a message over a socket does, before it costs us any work. */
import { type Credits, whenReady } from "@roomcast/hub";
import { err, refusal } from "@roomcast/protocol";

import type { Entrance } from "../entrance.ts";
import { addressOf } from "../peer-address.ts";

type Identify = Pick<Entrance, "identify">;

/** Guests are known by their address alone, and so is who brings a token that is no good. */
export const credited = (entrance: Identify, credits: Credits): Identify => ({
  identify: (request) =>
    whenReady(entrance.identify(request), (identity) => {
      const user = identity.ok ? identity.value.user : null;
      const waitMs = credits.take(user === null ? `address ${addressOf(request.socket)}` : `user ${user}`);
      if (waitMs === 0) return identity;
      return err(refusal("overloaded", "more requests than one sender may make", waitMs));
    }),
});
