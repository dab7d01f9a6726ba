/** Owns the rooms as an application's own code sees them: typed by the contract, and free of any transport. */
import type { HistoryPage, Hub, Receipt, Removed } from "@roomcast/hub";
import type { Contract, DataIn, EventName, From, Member, Refusal, Result } from "@roomcast/protocol";

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

const ANONYMOUS: Byline = () => ({});

export class RoomHandle<C extends Contract> {
  readonly name: string;
  readonly #hub: Hub;
  readonly #byline: Byline;

  constructor(hub: Hub, name: string, byline: Byline) {
    this.#hub = hub;
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
  delete(): Promise<Result<Removed, Refusal>> {
    return this.#hub.deleteRoom(this.name);
  }

  /** Out of this room. false: no such member. */
  kick(clientId: string): boolean {
    return this.#hub.kick(clientId, this.name);
  }
}

export class RoomHandles<C extends Contract> {
  readonly #hub: Hub;
  readonly #byline: Byline;

  constructor(hub: Hub, byline = ANONYMOUS) {
    this.#hub = hub;
    this.#byline = byline;
  }

  /** Any name will do: a room is there as soon as somebody uses it. */
  get(name: string): RoomHandle<C> {
    return new RoomHandle(this.#hub, name, this.#byline);
  }

  /** Rooms that somebody is in. */
  list(): { room: string; count: number }[] {
    return this.#hub.rooms();
  }
}
