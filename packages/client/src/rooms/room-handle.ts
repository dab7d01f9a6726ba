/** Owns the typing of a room by its contract: what an application holds in its hand. All else is the session's. */
import type { Contract, DataOut, EventName, Member, Position, Result, State } from "@roomcast/protocol";

import type { Failure } from "../failure.ts";
import type { PendingPublish, PublishOptions, PublishResult } from "../publishing/publish.ts";
import type { RoomSession } from "./room-session.ts";
import type {
  AnyRoomEvent,
  HistoryPage,
  HistoryQuery,
  JoinedRoom,
  PresenceChange,
  PublishData,
  Room,
  RoomEvent,
  RoomGap,
  RoomStatus,
  Unsubscribe,
} from "./room.ts";

export class RoomHandle<C extends Contract> implements Room<C> {
  readonly #session: RoomSession;

  constructor(session: RoomSession) {
    this.#session = session;
  }

  get name(): string {
    return this.#session.name;
  }

  get status(): RoomStatus {
    return this.#session.status;
  }

  get position(): Position | undefined {
    return this.#session.position;
  }

  get pending(): readonly PendingPublish[] {
    return this.#session.outbox.pending;
  }

  get members(): readonly Member[] {
    return this.#session.members.list;
  }

  get count(): number {
    return this.#session.members.count;
  }

  on<const Name extends EventName<C>>(
    event: Name,
    handler: (event: RoomEvent<Name, DataOut<C, Name>>) => void,
  ): Unsubscribe {
    // The server has checked the data by the contract.
    return this.#session.signals.on(event, handler as (event: RoomEvent) => void);
  }

  onAny(handler: (event: AnyRoomEvent<C>) => void): Unsubscribe {
    return this.#session.signals.any.add(handler as (event: RoomEvent) => void);
  }

  is<const Name extends EventName<C>>(
    event: RoomEvent,
    name: Name,
  ): event is RoomEvent<Name, DataOut<C, Name>> {
    return event.event === name;
  }

  publish<const Name extends EventName<C>>(
    event: Name,
    data: PublishData<C, Name>,
    options?: PublishOptions,
  ): Promise<PublishResult> {
    return this.#session.publish(event, data, options);
  }

  onPending(listener: (pending: readonly PendingPublish[]) => void): Unsubscribe {
    return this.#session.signals.pending.add(listener);
  }

  retry(id: string): Promise<PublishResult> | undefined {
    return this.#session.outbox.retry(id);
  }

  discard(id: string): void {
    this.#session.outbox.discard(id);
  }

  onPresence(listener: (change: PresenceChange) => void): Unsubscribe {
    return this.#session.signals.presence.add(listener);
  }

  setState(state: State): Promise<Result<undefined, Failure>> {
    return this.#session.setState(state);
  }

  async history(query: HistoryQuery = {}): Promise<Result<HistoryPage<C>, Failure>> {
    return (await this.#session.history(query)) as Result<HistoryPage<C>, Failure>;
  }

  onGap(listener: (gap: RoomGap) => void): Unsubscribe {
    return this.#session.signals.gap.add(listener);
  }

  onJoined(listener: (joined: JoinedRoom) => void): Unsubscribe {
    return this.#session.signals.joined.add(listener);
  }

  onStatus(listener: (status: RoomStatus) => void): Unsubscribe {
    return this.#session.signals.status.add(listener);
  }

  leave(): void {
    this.#session.leave();
  }
}
