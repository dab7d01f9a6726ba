/** Owns what an application sees of a room. Must not know sockets, positions on the wire or how events are recovered. */
import type {
  Contract,
  DataIn,
  DataOut,
  EventName,
  From,
  GapSpan,
  LeftReason,
  Member,
  Position,
  Result,
  State,
} from "@roomcast/protocol";

import type { Status } from "../connection/status.ts";
import type { Failure } from "../failure.ts";
import type { PendingPublish, PublishOptions, PublishResult } from "../publishing/publish.ts";

/** Stops the subscription; harmless when called again. */
export type Unsubscribe = () => void;

/** They count for the first join; later ones go on where the room is. */
export interface RoomOptions {
  /** How many of the newest events to get on the first join. 0–300, default 50. */
  readonly history?: number;
  /** Get all events after this position instead: one that the application stored together with what it did. */
  readonly since?: Position;
  /** Presence state, shown to the other members. */
  readonly state?: State;
}

/** Whether the client is in a room, and if not, why. */
export type RoomStatus =
  /** Not in the room yet, not again after a lost connection, or not caught up with what was missed. */
  | { readonly state: "joining" }
  | { readonly state: "joined" }
  /** The connection has ended, and nobody tries it again: `client.connect()` does, and goes on where this was. */
  | Extract<Status, { state: "disconnected" }>
  /** By `leave()`, or taken out by the server. This object is done, its publishes are `not_joined`: `client.room(name)` makes a new one. */
  | {
      readonly state: "left";
      readonly reason: LeftReason;
      /** In the words of whoever took it out. */
      readonly message?: string;
      /** Ms since 1970: until then it is not let in again. */
      readonly until?: number;
    }
  /** The server does not let this client in. Done as well. */
  | { readonly state: "refused"; readonly error: Failure };

/** An event, as a handler gets it. */
export interface RoomEvent<Name extends string = string, Data = unknown> {
  readonly room: string;
  readonly event: Name;
  readonly data: Data;
  /** The publisher's; unique per room and `from.user`. */
  readonly id: string;
  readonly from: From;
  /** The server's clock, ms since 1970. */
  readonly time: number;
  /** Counts 1, 2, 3 … in the room's log; missing on what is not kept. */
  readonly offset?: number;
  /** With `offset` the position of this event; missing where that is. */
  readonly epoch?: string;
  /** It happened before this client joined, or while it was away. */
  readonly replayed: boolean;
}

/** Events that this client can never receive. Told before what follows them. */
export interface RoomGap extends Omit<GapSpan, "reason"> {
  /** `hole`: the room's log lacks them, and the server gave no reason. */
  readonly reason: GapSpan["reason"] | "hole";
}

/** Who has come, changed or gone. */
export interface PresenceChange {
  readonly joined: readonly Member[];
  readonly updated: readonly Member[];
  readonly left: readonly { readonly member: Member; readonly reason: LeftReason }[];
  /** All members, also those that a crowded room does not list. */
  readonly count: number;
  /** The whole list was replaced (on joining): `joined` and `left` are empty, read `room.members`. */
  readonly snapshot: boolean;
}

/** The room was entered, again perhaps, and all that was missed has been handed out. */
export interface JoinedRoom {
  /** Not a return after a lost connection. */
  readonly first: boolean;
  /** Nothing is missing between the last event before and now; false on a first join without `since`. */
  readonly recovered: boolean;
  /** How many events were handed out as `replayed`. */
  readonly replayed: number;
  readonly gap?: RoomGap;
}

/** Which page of a room's log. */
export interface HistoryQuery {
  /** Offsets, both exclusive; at most one of them. With neither: the newest. */
  readonly before?: number;
  readonly after?: number;
  /** 1–300, default 50. */
  readonly limit?: number;
}

/** A page of a room's log. */
export interface HistoryPage<C extends Contract> {
  /** In offset order. */
  readonly events: readonly AnyRoomEvent<C>[];
  /** The top of the log when it was read. */
  readonly position: Position;
  /** More lie in the direction that was asked for. */
  readonly more: boolean;
}

/** What a client may give for an event; nothing, where only the server publishes it. */
export type PublishData<C extends Contract, Name extends string> = Name extends keyof C["events"]
  ? C["events"][Name] extends { readonly publisher: "server" }
    ? never
    : DataIn<C, Name>
  : unknown;

/** Every event that can arrive. Under a strict contract `event.event` tells which one it is; see also `room.is`. */
export type AnyRoomEvent<C extends Contract> =
  | { [Name in keyof C["events"] & string]: RoomEvent<Name, DataOut<C, Name>> }[keyof C["events"] & string]
  | (C["strict"] extends true ? never : RoomEvent);

/**
 * Handlers are called in order, each event once, one after the other; what they return is not awaited. One that throws
 * is reported to `onError` and changes nothing for the others.
 */
export interface Room<C extends Contract> {
  readonly name: string;
  readonly status: RoomStatus;
  /** Of the last event that all handlers have returned from. */
  readonly position: Position | undefined;

  /** Attach handlers in the same turn as `client.room()`: what arrives before is not kept for them. */
  on<const Name extends EventName<C>>(
    event: Name,
    handler: (event: RoomEvent<Name, DataOut<C, Name>>) => void,
  ): Unsubscribe;
  onAny(handler: (event: AnyRoomEvent<C>) => void): Unsubscribe;
  /** Narrows an event of `onAny` or `history` to a name, and with it its data. */
  is<const Name extends EventName<C>>(
    event: RoomEvent,
    name: Name,
  ): event is RoomEvent<Name, DataOut<C, Name>>;

  /**
   * Checked by the contract, sent as soon as the room is joined, repeated under the same id after every reconnect, in
   * order. Resolves with the ack, a refusal, or after 2 minutes with `unknown` (was sent) or `unsent`.
   */
  publish<const Name extends EventName<C>>(
    event: Name,
    data: PublishData<C, Name>,
    options?: PublishOptions,
  ): Promise<PublishResult>;
  /** Publishes without an ack, and failed ones, in order. A new array after each change. */
  readonly pending: readonly PendingPublish[];
  onPending(listener: (pending: readonly PendingPublish[]) => void): Unsubscribe;
  /** Sends a failed publish again, under its id; undefined when there is none of that id. */
  retry(id: string): Promise<PublishResult> | undefined;
  /** Forgets a publish; one that was sent already may still arrive. */
  discard(id: string): void;

  /** Oneself included; in a crowded room (> 250) nobody else. A new array after each change. */
  readonly members: readonly Member[];
  readonly count: number;
  onPresence(listener: (change: PresenceChange) => void): Unsubscribe;
  /** Replaces one's own presence state, now and after every reconnect. */
  setState(state: State): Promise<Result<undefined, Failure>>;

  /** Read-only: handlers do not see these events. */
  history(query?: HistoryQuery): Promise<Result<HistoryPage<C>, Failure>>;

  onGap(listener: (gap: RoomGap) => void): Unsubscribe;
  onJoined(listener: (joined: JoinedRoom) => void): Unsubscribe;
  onStatus(listener: (status: RoomStatus) => void): Unsubscribe;

  /** Leaves, and forgets the position. Publishes that were not sent fail; later ones are `not_joined`. */
  leave(): void;
}
