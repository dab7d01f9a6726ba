/** Owns what every handler needs: the ports and the registries, wired once by the hub. No logic. */
import type { Contract } from "@roomcast/protocol";

import type { Access } from "./access.ts";
import type { Accounts } from "./accounts.ts";
import type { Appending } from "./appending.ts";
import type { EventHandler } from "./application.ts";
import type { Backlog } from "./backlog.ts";
import type { Carriers } from "./carriers.ts";
import type { Clock } from "./clock.ts";
import type { Credits } from "./credits.ts";
import type { Peer } from "./peer.ts";
import type { Random } from "./random.ts";
import type { RoomLog } from "./room-log.ts";
import type { Rooms } from "./rooms.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import type { HubSettings } from "./settings.ts";
import type { Slots } from "./slots.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Traffic } from "./traffic.ts";
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
