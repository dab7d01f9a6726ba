/** Owns what can stand in the stream of a room. An entry never changes; what becomes of it is a new one under its key. */
import type { RoomGap } from "@roomcast/client";
import type { From } from "@roomcast/protocol";

import type { Activity } from "./activity.ts";

/** A message that this tab sent and that has not come back yet. */
export type Delivery =
  | { readonly state: "sent" }
  | { readonly state: "sending" }
  | { readonly state: "failed"; readonly reason: string };

/** Between two people alone; not kept by the server. */
export interface Direct {
  /** Whom it is for, as shown. */
  readonly to: string;
  /** Of one's own: handed to a socket of theirs. */
  readonly delivered: boolean;
}

export interface MessageEntry {
  readonly kind: "message";
  readonly key: string;
  /** The publisher's id. */
  readonly id: string;
  readonly from: From;
  readonly isYours: boolean;
  readonly text: string;
  /** ms since 1970: the server's clock, or this machine's while it is being sent. */
  readonly time: number;
  readonly offset?: number;
  readonly direct?: Direct;
  readonly delivery: Delivery;
}

export interface ActivityEntry {
  readonly kind: "activity";
  readonly key: string;
  /** ms since 1970, of the first change, by this machine's clock. */
  readonly time: number;
  readonly activity: Activity;
}

export interface GapEntry {
  readonly kind: "gap";
  readonly key: string;
  readonly reason: RoomGap["reason"];
  /** First and last missing offset; null where unknown. */
  readonly from: number | null;
  readonly to: number | null;
}

/** Where one had read to when the connection was lost. */
export interface AwayEntry {
  readonly kind: "away";
  readonly key: string;
  readonly missed: number;
}

export type Entry = MessageEntry | ActivityEntry | GapEntry | AwayEntry;

/** The same for a message on its way and when it has arrived, so that it stays the same thing on the screen. */
export const messageKey = (user: string | undefined, id: string): string =>
  JSON.stringify([user ?? null, id]);
