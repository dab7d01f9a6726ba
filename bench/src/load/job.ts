/** Owns what a load process is told to do, and what it tells back: plain data, for it goes from process to process. */
import type { Figures } from "../figures.ts";
import type { DialectName } from "./dialect.ts";

/** Members in rooms, some of whom publish. */
export interface FanOutLoad {
  readonly kind: "fan-out";
  readonly members: number;
  /** Member `i` is in room `i % rooms`. Default: 1. */
  readonly rooms?: number;
  /** The first so many members publish, each in its room. Default: 1. */
  readonly publishers?: number;
  readonly pace: Pace;
  /** Bytes of text in each message. Default: 128. */
  readonly payloadBytes?: number;
  /** The last so many members stop reading before anything is sent. Default: 0. */
  readonly stalled?: number;
  /** By the stock socket.io-client instead of bare sockets. */
  readonly stock?: true;
}

/** Messages are counted per publisher; the warm-up comes first and is not measured. */
export type Pace =
  /** At most so many of a publisher's messages are with some of its members and not yet with all. */
  | { readonly window: number; readonly warmUp: number; readonly messages: number }
  /** All at once. */
  | { readonly window: "none"; readonly warmUp: number; readonly messages: number }
  /** On a schedule, from all publishers together. A latency counts from the time that the schedule says. */
  | { readonly perSecond: number; readonly warmUp: number; readonly messages: number };

/** Members who say nothing. */
export interface IdleLoad {
  readonly kind: "idle";
  readonly members: number;
  /** All members are in one room, or each is in so many of its own. Default: one for all. */
  readonly ownRooms?: number;
  /** How long they have said nothing when they are looked at. Default: until all is told of who has come. */
  readonly restMs?: number;
}

/** All members vanish, miss so many events, and come back at once. */
export interface StormLoad {
  readonly kind: "storm";
  readonly members: number;
  readonly rooms: number;
  readonly missed: number;
}

/** Publishers who do not wait for anything. */
export interface OverloadLoad {
  readonly kind: "overload";
  readonly publishers: number;
  readonly durationMs: number;
}

export type Load = FanOutLoad | IdleLoad | StormLoad | OverloadLoad;

export interface Job {
  readonly port: number;
  /** Of the server. */
  readonly pids: readonly number[];
  readonly dialect: DialectName;
  readonly load: Load;
}

/** From the load process: it begins to measure, or has measured. */
export type Report =
  | { readonly kind: "measuring" }
  | { readonly kind: "measured"; readonly figures: Figures }
  | { readonly kind: "failed"; readonly reason: string };
