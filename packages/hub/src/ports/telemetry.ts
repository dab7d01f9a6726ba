/** Port: what an operator may want to know. Says facts; whoever listens decides what becomes a log line or a metric. */
import type { LeftReason } from "@roomcast/protocol";

import type { LimitName } from "../limits/limits.ts";
import type { Destination } from "../publishing/delivering.ts";
import type { Draft, Trimmed } from "./room-log.ts";

/** Which client a fact is about. */
export interface ClientFacts {
  readonly clientId: string;
  readonly user: string;
  readonly name: string;
  readonly remote: string;
  readonly transport: string;
}

/** Somebody who hears a room and is no member of it. */
export interface ReaderFacts {
  readonly room: string;
  readonly user: string;
  readonly remote: string;
  readonly transport: string;
}

/** A fact, by its kind. */
export type TelemetryEvent =
  | { readonly kind: "client_connected"; readonly client: ClientFacts; readonly resumed: boolean }
  | {
      readonly kind: "client_closed";
      readonly client: ClientFacts;
      readonly code: number;
      readonly reason: string;
      readonly by: "client" | "server";
      readonly connectedMs: number;
    }
  /** A socket that ended before it had said hello. */
  | {
      readonly kind: "stranger_closed";
      readonly remote: string;
      readonly transport: string;
      readonly code: number;
      readonly reason: string;
    }
  | {
      readonly kind: "room_joined";
      readonly room: string;
      readonly clientId: string;
      readonly count: number;
    }
  | {
      readonly kind: "room_left";
      readonly room: string;
      readonly clientId: string;
      readonly count: number;
      readonly reason: LeftReason;
    }
  | { readonly kind: "room_deleted"; readonly room: string }
  | { readonly kind: "reader_opened"; readonly reader: ReaderFacts }
  | {
      readonly kind: "reader_closed";
      readonly reader: ReaderFacts;
      readonly code: number;
      readonly reason: string;
    }
  | {
      readonly kind: "refused";
      readonly clientId: string | null;
      /** The type of the request, and its room, where they could be read. */
      readonly request: string | null;
      readonly room: string | null;
      readonly code: string;
    }
  /** Somebody wanted more of something than there is for one. */
  | { readonly kind: "limited"; readonly limit: LimitName }
  /** Rooms have forgotten some of what was said in them. */
  | ({ readonly kind: "trimmed" } & Trimmed)
  /** A bug, or an application's hook that threw. */
  | { readonly kind: "fault"; readonly where: string; readonly error: unknown };

/** One event that was published through this process. */
export interface PublishedEvent extends Draft, Destination {
  /** Of an event that was kept. */
  readonly offset?: number | undefined;
  /** How many members it goes to at the end of this turn. */
  readonly receivers: number;
  /** `monotonicMs` of the moment when it was admitted. */
  readonly sinceMs: number;
}

/** Listens to facts. */
export interface Telemetry {
  /** MUST NOT throw. */
  record(event: TelemetryEvent): void;
  /**
   * Hears of every single event, within the turn in which it goes out. Undefined while nobody wants that: nothing is
   * then made for it. MUST NOT throw.
   */
  readonly published?: ((event: PublishedEvent) => void) | undefined;
}

/** Listens to nothing. */
export const NO_TELEMETRY: Telemetry = { record: () => undefined };
