/** Port: the client as its rooms see it. */
import type { Contract, Up } from "@roomcast/protocol";

import type { Clock, Random } from "../platform/ports.ts";
import type { Requests } from "../requests.ts";
import type { ClientStorage } from "../storage/client-storage.ts";
import type { RoomSession } from "./room-session.ts";

export interface RoomHost {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  /** undefined: nothing outlives the program. */
  readonly storage: () => ClientStorage | undefined;
  readonly report: (error: unknown) => void;
  /** Who this client is on the socket that is there now; undefined without one. */
  readonly user: () => string | undefined;
  readonly send: (message: Up) => void;
  readonly sendText: (frame: string) => void;
  /** The room is over, and waits for the answers that are on their way. */
  readonly retire: (room: RoomSession) => void;
  /** No answer is to come any more. */
  readonly forget: (room: RoomSession) => void;
}
