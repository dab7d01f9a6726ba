/**
 * Port: the log of every room, and the one authority over the order of events. What it says was appended is fanned
 * out, on one node as on twenty; nothing else is. testing/room-log-suite.ts is what each implementation must pass.
 */
import type { From, GapReason, JsonText, Position, Refusal, Result } from "@roomcast/protocol";

import type { MaybePromise } from "../maybe-promise.ts";

/** What an ack stands for: nothing but this process, a killed process, a power cut, the loss of a machine. */
export type Durability = "memory" | "process" | "disk" | "replicated";

/** An event that wants a place. (room, from.user, id) is its identity: the log MUST keep it at most once. */
export interface Draft {
  readonly room: string;
  readonly event: string;
  readonly data: JsonText;
  readonly id: string;
  readonly from: From;
  /** Ms since 1970, stamped by the server. */
  readonly time: number;
}

/** An event that the log has. */
export interface KeptEvent extends Draft {
  readonly epoch: string;
  /** 1, 2, 3 … per room and epoch, without a hole. */
  readonly offset: number;
  /** Grows with every event of any room, with holes. Within a room it has the order of the offsets. */
  readonly sequence: number;
}

/** Where an event stands. */
export interface Appended {
  readonly position: Position;
  readonly time: number;
  /** The identity was known: position and time are the original ones. */
  readonly duplicate: boolean;
}

/** Is told what became of an append. */
export type Settle = (outcome: Result<Appended, Refusal>) => void;

/** `position`: offset 0 of the life of the room that begins. It has a sequence as events have. */
export interface Removed {
  readonly room: string;
  readonly position: Position;
  readonly sequence: number;
}

/** Is told what became of a removal. */
export type SettleRemoval = (outcome: Result<Removed, Refusal>) => void;

/** Events that rooms have forgotten, and by which limit of what they keep: their number, the bytes of their data, their age. */
export interface Trimmed {
  readonly by: "events" | "bytes" | "days";
  readonly events: number;
}

/** Bounds are exclusive. With `after` or `beyond`: the oldest behind it; else the newest (before `before`). */
export interface ReadRange {
  readonly after?: number;
  /** A sequence: stands for the offset of the last event of the room that has it or a lower one. */
  readonly beyond?: number;
  readonly before?: number;
  /** At most this many events, and at most MAX_PAGE_BYTES of data, but one event at least. 0: the position only. */
  readonly limit: number;
}

/** One snapshot: epoch, floor, top and events belong together. */
export interface Page {
  readonly epoch: string;
  /** The highest offset that was trimmed; 0 when none was. */
  readonly floor: number;
  /** The highest sequence of what is gone, trimmed or removed; 0 when nothing is. */
  readonly goneSequence: number;
  /** The highest offset; 0 when there is none. */
  readonly top: number;
  /** In offset order. */
  readonly events: readonly KeptEvent[];
  /** Kept events lie beyond the page, in the direction of the range. */
  readonly more: boolean;
}

/** The log of all rooms. */
export interface RoomLog {
  readonly durability: Durability;
  /** Another one says that sequences of before mean nothing any more. Letters, digits, `-` and `_`. */
  readonly generation: string;
  /** What a read shows, the listener has heard. Where this is missing, a read may be ahead of it. */
  readonly announcesFirst?: true;
  /** Of the last event that the listener has heard, or, before any, that the log had. */
  readonly sequence: number;
  /**
   * MUST call `settle` exactly once. For a new event MUST call the listener and then `settle`, with nothing else
   * between the two, in the order of sequences over all rooms, and neither before the commit at the declared durability.
   * Drafts of one room from one caller MUST get their offsets in the order of the calls. A refused draft MUST take with
   * it every draft of its room that was given before the refusal was settled: else a later one would overtake it.
   */
  append(draft: Draft, settle: Settle): void;
  /**
   * Forgets all events of a room, whether or not there were any. From then on it has an epoch that it never had, and counts
   * from 1; identities that it knew stay known, at the positions that they had. MUST take its place among the drafts of the
   * room, be as durable as they are, and call the listener and then `settle` as for an event.
   */
  remove(room: string, settle: SettleRemoval): void;
  /** A room that never was reads as empty, under the epoch that its first event will have. MUST NOT show what is not committed. */
  read(room: string, range: ReadRange): Promise<Result<Page, Refusal>>;
  /**
   * From its resolution on, every event of the room reaches the listener. MUST be harmless when repeated. Of calls for
   * one room the last one counts, also when an earlier one is still under way.
   */
  subscribe(room: string): MaybePromise<void>;
  unsubscribe(room: string): void;
  /** Why a position of `epoch`, or of a generation, cannot be continued in `now`, the room's present epoch. */
  whyChanged(epoch: string, now: string): GapReason;
  /** The one listener. */
  onAppended(listener: (event: KeptEvent) => void): void;
  /** The one listener. MUST be called in its place among the events of the room. */
  onRemoved(listener: (removed: Removed) => void): void;
  /** Settles everything that was given, then lets go of its resources. */
  close(): Promise<void>;
}
