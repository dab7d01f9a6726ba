/**
 * Owns what the operators' API answers (apps/server/README.md): the server makes it and the inspector shows it, by one
 * contract. Types alone; must not know how any of it is gathered. Times are ms since 1970.
 */
import type { From } from "./messages/event.ts";
import type { LeftReason } from "./messages/leave.ts";

/** Of durations in ms. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Overview {
  readonly time: number;
  readonly uptimeMs: number;
  readonly server: { readonly name: string; readonly version: string; readonly node: string };
  readonly draining: boolean;
  readonly connections: number;
  readonly sessions: number;
  readonly rooms: number;
  /** Since the start. */
  readonly eventsIn: number;
  readonly eventsOut: number;
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number };
  readonly store: {
    readonly kind: string;
    readonly durability: string;
    /** Events that wait for it. */
    readonly waiting: number;
  };
  readonly slow: { readonly clients: number; readonly queuedBytes: number };
  /** null while nobody watches. */
  readonly lastSecond: LastSecond | null;
}

export interface LastSecond {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  readonly refusedPerSecond: number;
  /** From the admission of an event to the write to its receivers; null when there was none. */
  readonly deliverMs: Spread | null;
  readonly loopDelayMs: Spread | null;
  /** Of one core, 0 to 1 and beyond: the store writes in a thread of its own. */
  readonly cpu: number;
}

/** While somebody watches. */
export interface RoomRate {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
}

export interface RoomLine extends Partial<RoomRate> {
  readonly room: string;
  /** Of its members. */
  readonly count: number;
}

export interface RoomsPage {
  readonly rooms: readonly RoomLine[];
  readonly total: number;
}

export interface MemberLine {
  readonly clientId: string;
  readonly user: string;
  readonly name: string;
}

export interface RoomDetail extends RoomLine {
  readonly epoch: string;
  readonly floor: number;
  readonly top: number;
  /** The first of them. */
  readonly members: readonly MemberLine[];
}

export interface ClientLine extends MemberLine {
  readonly remote: string;
  readonly transport: string;
  readonly connectedMs: number;
  /** What it has still to take. */
  readonly queuedBytes: number;
  readonly rooms: readonly string[];
}

export interface ClientsPage {
  readonly clients: readonly ClientLine[];
  readonly total: number;
}

export interface ClientDetail {
  /** null: it is not connected. */
  readonly client: ClientLine | null;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
}

export type TimelineEntry = { readonly time: number } & Happening;

interface Opened {
  readonly remote: string;
  readonly transport: string;
}

export type Happening =
  | ({ readonly kind: "connected" } & Opened)
  | ({ readonly kind: "resumed" } & Opened)
  | { readonly kind: "joined"; readonly room: string }
  | { readonly kind: "left"; readonly room: string; readonly reason: LeftReason }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly request: string | null;
      readonly room: string | null;
    }
  | { readonly kind: "slow"; readonly queuedBytes: number }
  | {
      readonly kind: "closed";
      readonly code: number;
      readonly reason: string;
      readonly by: "client" | "server";
    };

export interface TailedEvent {
  readonly room: string;
  readonly event: string;
  readonly id: string;
  readonly from: From;
  readonly time: number;
  readonly offset?: number;
  readonly receivers: number;
  readonly bytes: number;
  /** JSON, cut where it is long. Not of an event to one member alone: that is between the two. */
  readonly data?: string;
  readonly to?: string;
}

export interface TailBatch {
  readonly events: readonly TailedEvent[];
  /** How many the filter let through besides these. */
  readonly dropped: number;
}

export interface EventView {
  readonly name: string;
  readonly kept: boolean;
  readonly publisher: "anyone" | "server";
  /** A JSON Schema; null: its validator cannot say. */
  readonly schema: object | null;
}

export interface ContractView {
  /** false: events that are not listed pass too, unchecked and kept. */
  readonly strict: boolean;
  readonly events: readonly EventView[];
}
