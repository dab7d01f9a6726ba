/** Owns whom a room tells: the application's handlers and listeners, by what they want to hear. */
import { Listeners } from "../listeners.ts";
import type { PendingPublish } from "../publishing/publish.ts";
import type { JoinedRoom, PresenceChange, RoomEvent, RoomGap, RoomStatus, Unsubscribe } from "./room.ts";

export class RoomSignals {
  readonly #report: (error: unknown) => void;
  readonly #named = new Map<string, Listeners<RoomEvent>>();
  readonly any: Listeners<RoomEvent>;
  readonly pending: Listeners<readonly PendingPublish[]>;
  readonly presence: Listeners<PresenceChange>;
  readonly gap: Listeners<RoomGap>;
  readonly joined: Listeners<JoinedRoom>;
  readonly status: Listeners<RoomStatus>;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
    this.any = new Listeners(report);
    this.pending = new Listeners(report);
    this.presence = new Listeners(report);
    this.gap = new Listeners(report);
    this.joined = new Listeners(report);
    this.status = new Listeners(report);
  }

  on(event: string, handler: (event: RoomEvent) => void): Unsubscribe {
    let listeners = this.#named.get(event);
    if (listeners === undefined) this.#named.set(event, (listeners = new Listeners(this.#report)));
    return listeners.add(handler);
  }

  event(event: RoomEvent): void {
    this.#named.get(event.event)?.tell(event);
    this.any.tell(event);
  }
}
