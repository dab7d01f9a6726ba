/** Owns that whoever asks who it is pays for the request, before it costs us any work, and may be here at all. */
import { type Hub, whenReady } from "@roomcast/hub";
import { err } from "@roomcast/protocol";

import type { Entrance } from "../entrance.ts";
import type { RequestCredits } from "../request-credits.ts";

type Identify = Pick<Entrance, "identify">;

/** Guests are known by their address alone, and so is who brings a token that is no good. */
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
