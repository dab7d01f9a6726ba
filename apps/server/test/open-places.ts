/** Owns places and credits for tests that are about something else: as many as anybody wants, and all from where they come. */
import { NO_TELEMETRY } from "@roomcast/hub";

import { Addresses } from "../src/adapters/peer-address.ts";
import { Places, type PlacesOptions } from "../src/adapters/places.ts";
import { NodeClock } from "../src/node-clock.ts";

const NO_LIMITS = { maxConnections: 0, connectionsPerAddress: 0, upgradesPerSecond: 0 };

export const openPlaces = (limits: Partial<PlacesOptions["limits"]> = {}): Places =>
  new Places({
    ...{ clock: new NodeClock(), addresses: new Addresses(), telemetry: NO_TELEMETRY },
    limits: { ...NO_LIMITS, ...limits },
    doorstep: { refused: () => undefined },
  });

export const FREE = { take: () => undefined };
