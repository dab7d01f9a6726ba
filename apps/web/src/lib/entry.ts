/** Owns what can stand in the stream of a room. An entry never changes; what becomes of it is a new one under its key. */
import type { RoomGap } from "@roomcast/client";
import type { From, Position } from "@roomcast/protocol";

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
  /** The offset of the message that it answers. */
  readonly replyTo?: number;
  /** ms since 1970: the server's clock, or this machine's while it is being sent. */
  readonly time: number;
  /** Missing while it is on its way, and for good on what is not kept. */
  readonly position?: Position;
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

/** Where one had read to when the connection was lost (away), or when one looked elsewhere (new). */
export interface MarkEntry {
  readonly kind: "mark";
  readonly key: string;
  readonly reason: "away" | "new";
  /** Messages of others that have come since. */
  readonly count: number;
}

export type Entry = MessageEntry | ActivityEntry | GapEntry | MarkEntry;

/** The same for a message on its way and when it has arrived, so that it stays the same thing on the screen. */
export const messageKey = (user: string | undefined, id: string): string =>
  JSON.stringify([user ?? null, id]);
