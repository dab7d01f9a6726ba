/** Owns what every handler needs: the ports and the registries, wired once by the hub. No logic. */
import type { Contract } from "@roomcast/protocol";

import type { Access } from "./access/access.ts";
import type { Carriers } from "./connections/carriers.ts";
import type { Peer } from "./connections/peer.ts";
import type { Accounts } from "./limits/accounts.ts";
import type { Credits } from "./limits/credits.ts";
import type { EventHandler } from "./ports/application.ts";
import type { Clock } from "./ports/clock.ts";
import type { Random } from "./ports/random.ts";
import type { RoomLog } from "./ports/room-log.ts";
import type { Telemetry } from "./ports/telemetry.ts";
import type { Appending } from "./publishing/appending.ts";
import type { Backlog } from "./publishing/backlog.ts";
import type { Traffic } from "./publishing/traffic.ts";
import type { Rooms } from "./rooms/rooms.ts";
import type { Session } from "./sessions/session.ts";
import type { Sessions } from "./sessions/sessions.ts";
import type { HubSettings } from "./settings.ts";
import type { Slots } from "./slots.ts";
import type { Turn } from "./turn.ts";

export interface Engine {
  readonly log: RoomLog;
  readonly appending: Appending;
  readonly backlog: Backlog;
  /** Of rooms that somebody comes into: all that a storm asks for at once would be more than the log takes. */
  readonly reads: Slots;
  readonly rooms: Rooms;
  /** By the address that they come from. */
  readonly hellos: Credits;
  /** Of users with a token. */
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly carriers: Carriers;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly traffic: Traffic;
  readonly turn: Turn;
  readonly access: Access;
  readonly contract: Contract;
  readonly handlers: ReadonlyMap<string, EventHandler>;
  readonly settings: HubSettings;
}

/** One message of one session on one socket. The session may outlive the peer; answers go to the peer that asked. */
export interface Exchange {
  readonly engine: Engine;
  readonly peer: Peer;
  readonly session: Session;
}
