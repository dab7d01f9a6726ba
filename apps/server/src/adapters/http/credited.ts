/** Owns that whoever asks who it is pays for the request, before it costs us any work. */
import { whenReady } from "@roomcast/hub";
import { err } from "@roomcast/protocol";

import type { Entrance } from "../entrance.ts";
import type { RequestCredits } from "../request-credits.ts";

type Identify = Pick<Entrance, "identify">;

/** Guests are known by their address alone, and so is who brings a token that is no good. */
export const credited = (entrance: Identify, credits: Pick<RequestCredits, "take">): Identify => ({
  identify: (request) =>
    whenReady(entrance.identify(request), (identity) => {
      const refused = credits.take(request, identity.ok ? identity.value.user : null);
      return refused === undefined ? identity : err(refused);
    }),
});
