/** Owns the rooms as an application's own code sees them: typed by the contract, and free of any transport. */
import type { HistoryPage, Hub, Receipt, Removed } from "@roomcast/hub";
import type {
  Contract,
  DataIn,
  ErrorCode,
  EventName,
  From,
  Member,
  Refusal,
  Result,
} from "@roomcast/protocol";

import type { Act, Audit } from "./telemetry/audit.ts";

/** All of them have defaults. */
export interface PublishOptions {
  /** Repeating it publishes nothing twice. Default: a new one. */
  readonly id?: string;
  /** Default: the server itself. */
  readonly from?: From;
  /** A `clientId`: to that member alone, not kept. */
  readonly to?: string;
}

/** What the next publish says of itself where its options do not. */
export type Byline = () => Pick<PublishOptions, "from" | "id">;

export interface RoomPorts {
  readonly hub: Hub;
  readonly audit: Audit;
}

const ANONYMOUS: Byline = () => ({});

/** One room, in the hands of the application itself: no policy stands in its way. */
export class RoomHandle<C extends Contract> {
  readonly name: string;
  readonly #hub: Hub;
  readonly #audit: Audit;
  readonly #byline: Byline;

  constructor({ hub, audit }: RoomPorts, name: string, byline: Byline) {
    this.#hub = hub;
    this.#audit = audit;
    this.name = name;
    this.#byline = byline;
  }

  /** Resolves when the event is as durable as the store says, or with why it was refused. */
  publish<Name extends EventName<C>>(
    event: Name,
    data: DataIn<C, Name>,
    options: PublishOptions = {},
  ): Promise<Result<Receipt, Refusal>> {
    return this.#hub.publish({ ...this.#byline(), ...options, room: this.name, event, data });
  }

  members(): Promise<Result<readonly Member[], Refusal>> {
    return this.#hub.members(null, this.name);
  }

  /** @param range both bounds exclusive; at most `limit` events, 50 by default, never more than 300. */
  history(
    range: { readonly after?: number; readonly before?: number; readonly limit?: number } = {},
  ): Promise<Result<HistoryPage, Refusal>> {
    return this.#hub.history(null, this.name, range);
  }

  /** All that was said here is gone for good. Members stay, and are told of a gap; the count begins anew. */
  async delete(): Promise<Result<Removed, Refusal>> {
    const removed = await this.#hub.deleteRoom(this.name);
    this.#tell({ act: "delete" }, removed.ok ? undefined : removed.error.code);
    return removed;
  }

  /** Out of this room. false: no such member. */
  kick(clientId: string): boolean {
    const isDone = this.#hub.kick(clientId, this.name);
    this.#tell({ act: "kick", clientId }, isDone ? undefined : "unknown_member");
    return isDone;
  }

  #tell(act: Pick<Act, "act" | "clientId">, refused: ErrorCode | undefined): void {
    this.#audit({ ...act, as: "application", room: this.name, ...(refused !== undefined && { refused }) });
  }
}

/** The rooms, in the hands of the application itself. */
export class RoomHandles<C extends Contract> {
  readonly #ports: RoomPorts;
  readonly #byline: Byline;

  constructor(ports: RoomPorts, byline = ANONYMOUS) {
    this.#ports = ports;
    this.#byline = byline;
  }

  /** Any name will do: a room is there as soon as somebody uses it. */
  get(name: string): RoomHandle<C> {
    return new RoomHandle(this.#ports, name, this.#byline);
  }

  /** Rooms that somebody is in. */
  list(): { room: string; count: number }[] {
    return this.#ports.hub.rooms();
  }
}
