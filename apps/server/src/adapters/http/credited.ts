/** Owns what comes before any work for a plain request: its sender pays a credit for it, and is not banned. */
import { type Hub, whenReady } from "@roomcast/hub";
import { err } from "@roomcast/protocol";

import type { Entrance } from "../entrance.ts";
import type { RequestCredits } from "../request-credits.ts";

type Identify = Pick<Entrance, "identify">;

/** Guests, and whoever brings a token that is no good, are known by their address alone. */
export const credited = (
  entrance: Identify,
  credits: Pick<RequestCredits, "take">,
  hub: Pick<Hub, "entry">,
): Identify => ({
  identify: (request) =>
    whenReady(entrance.identify(request), (identity) => {
      const user = identity.ok ? identity.value.user : null;
      const refused = credits.take(request, user) ?? (identity.ok ? hub.entry(identity.value) : undefined);
      return refused === undefined ? identity : err(refused);
    }),
});
