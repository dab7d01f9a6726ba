/**
 * Owns what the event loop and the writer's thread say to each other, in shapes that structured clone copies cheaply. The files of
 * this folder run in that thread, and import nothing but types from outside of it: loading that code would double the time to start.
 */
import type { Sanction, SanctionKey, StoredSession, Trimmed } from "@roomcast/hub";
import type { ErrorCode } from "@roomcast/protocol";

import type { SessionCells } from "./session-cells.ts";

export interface WriterSettings {
  readonly file: string;
  readonly durability: "process" | "disk";
  readonly historyEvents: number;
  /** Of data; the newest event stays, however large. */
  readonly historyBytes: number;
  readonly historyDays: number;
  /** Ended sessions are forgotten after this. */
  readonly resumeWindowMs: number;
  /** A page of a read ends at this much data. */
  readonly maxPageBytes: number;
  /** Wall clock at the start, ms since 1970. */
  readonly now: number;
  readonly gate: SharedArrayBuffer | undefined;
}

/** Where a copy of the store is made. */
export const copyOf = (file: string): string => `${file}-copy`;

/** What a thread is started with. */
export interface WriterData extends WriterSettings {
  /** One Int32, which is not 0 any more once the store is closed. */
  readonly closed: SharedArrayBuffer;
}

/** An event without its room: what a page holds. */
export type EventCells = readonly [
  event: string,
  /** JSON text as it is, never parsed on the way. */
  data: string,
  id: string,
  clientId: string | null,
  user: string,
  name: string,
  time: number,
];

export type DraftCells = readonly [room: string, ...EventCells];
/** In the place of a draft: the life of the room ends. */
export type RemovalCells = readonly [room: string];
export type RoomWrite = DraftCells | RemovalCells;
export const isRemoval = (write: RoomWrite): write is RemovalCells => write.length === 1;
export const sizeOf = (write: RoomWrite): number => (isRemoval(write) ? 0 : write[2].length);
export type KeptCells = readonly [offset: number, ...EventCells, sequence: number];

export type SessionRemoval =
  | { readonly kind: "remove"; readonly clientId: string }
  | { readonly kind: "removeUser"; readonly user: string };

/** Of what is kept besides events. */
export type StateWrite =
  | { readonly kind: "save"; readonly cells: SessionCells }
  | SessionRemoval
  | { readonly kind: "impose"; readonly sanction: Sanction }
  | { readonly kind: "lift"; readonly key: SanctionKey };

export interface ReadRequest {
  readonly room: string;
  readonly after: number | undefined;
  readonly beyond: number | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

export interface PageCells {
  readonly incarnation: number;
  readonly floor: number;
  readonly goneSequence: number;
  readonly top: number;
  readonly events: readonly KeptCells[];
  readonly more: boolean;
}

/** All writes are one transaction; reads and finds come after its commit. */
export interface Group {
  readonly kind: "group";
  readonly drafts: readonly RoomWrite[];
  readonly sessions: readonly StateWrite[];
  readonly reads: readonly ReadRequest[];
  readonly finds: readonly string[];
}

export type ToWriter =
  | Group
  /** Time to look for what has expired. */
  | { readonly kind: "tick"; readonly now: number }
  /** One at a time. */
  | { readonly kind: "copy" }
  | { readonly kind: "close" };

export const OUTCOME = { appended: 0, duplicate: 1, refused: 2 } as const;
/** Of each draft: an OUTCOME, offset, time, incarnation of the room, sequence. A removal is appended at offset 0 of the life that begins. */
export const CELLS_PER_OUTCOME = 5;

/** Why nothing was written. */
export type Failure = Extract<ErrorCode, "storage_full" | "storage_unavailable">;

/** What a slice has taken out of a room, and where the room begins since. */
export interface TrimmedRoom extends Trimmed {
  readonly room: string;
  readonly floor: number;
  readonly goneSequence: number;
}

export interface Answer {
  readonly kind: "answer";
  /** Nothing of the group was written; `outcomes` and `saved` are then empty. */
  readonly failure: Failure | undefined;
  /** CELLS_PER_OUTCOME numbers per draft. */
  readonly outcomes: Float64Array;
  /** Per session write: false when that one could not be stored. */
  readonly saved: readonly boolean[];
  /** undefined where the store could not be read. */
  readonly pages: readonly (PageCells | undefined)[];
  readonly found: readonly (StoredSession | undefined)[];
}

export type FromWriter =
  | {
      readonly kind: "opened";
      readonly durability: "process" | "disk";
      readonly generation: string;
      readonly earlier: readonly string[];
      readonly findings: readonly string[];
      readonly sanctions: readonly Sanction[];
      /** How far the store's time had come when it was last kept, ms since 1970. */
      readonly time: number | undefined;
      /** Of the last event that was there. */
      readonly sequence: number;
    }
  /** The store cannot be opened: why, in one sentence. */
  | { readonly kind: "refused"; readonly sentence: string }
  | Answer
  | ({ readonly kind: "trimmed" } & TrimmedRoom)
  /** Stands in `copyOf` of the store, unless it failed. */
  | { readonly kind: "copied"; readonly failure: Failure | undefined }
  /** A flush failed, or the files are gone: nobody knows what is on the disk. Takes the place of an answer. */
  | { readonly kind: "fatal"; readonly sentence: string }
  | { readonly kind: "closed" };
