/**
 * Owns what stands between the network and every adapter: whose page it is, who is asking, from where, how many may be in and how
 * fast they may come. Made once, and shared, so that no transport is a way around another. Must not know what is asked.
 */
import type { Clock, Policy, Telemetry } from "@roomcast/hub";

import type { Settings } from "../config/settings.ts";
import { Doorstep } from "./doorstep.ts";
import { type Authenticate, Entrance } from "./entrance.ts";
import { Origins } from "./origins.ts";
import { Addresses } from "./peer-address.ts";
import { Places } from "./places.ts";
import { RequestCredits } from "./request-credits.ts";
import { TurnedAway } from "./turned-away.ts";

export interface DoorPorts {
  readonly clock: Clock;
  readonly policy: Policy;
  readonly telemetry: Telemetry;
  readonly authenticate: Authenticate | undefined;
  readonly onFault: (error: unknown) => void;
}

export interface Door {
  readonly origins: Origins;
  readonly addresses: Addresses;
  readonly entrance: Entrance;
  readonly doorstep: Doorstep;
  readonly turnedAway: TurnedAway;
  readonly places: Places;
  /** For what is asked of the API, by user, or by address where none is known. */
  readonly credits: RequestCredits;
  /** For every plain request, by address. */
  readonly requests: RequestCredits;
}

export function makeDoor(settings: Settings, ports: DoorPorts): Door {
  const { clock, telemetry } = ports;
  const { messagesPerSecond, requestsPerSecond, upgradesPerSecond: takenPerSecond } = settings;
  // Without a limit for an address it is taken for a proxy's, and says nothing of who comes.
  const isKnownByAddress = settings.connectionsPerAddress > 0;
  const origins = new Origins(settings.origins);
  const addresses = new Addresses(settings.trustedProxies);
  const doorstep = new Doorstep({ clock, addresses, isKnownByAddress, takenPerSecond });
  const payers = { clock, addresses, telemetry, doorstep };
  return {
    ...{ origins, addresses, doorstep },
    entrance: new Entrance({ ...ports, origins }),
    turnedAway: new TurnedAway(clock),
    places: new Places({ ...payers, limits: settings }),
    credits: new RequestCredits({ ...payers, limit: "messagesPerSecond", perSecond: messagesPerSecond }),
    requests: new RequestCredits({
      ...{ ...payers, limit: "requestsPerSecond" },
      perSecond: isKnownByAddress ? requestsPerSecond : 0,
    }),
  };
}
