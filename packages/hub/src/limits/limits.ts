/**
 * Owns the one table of limits: the default of each, and how a client is answered that goes beyond it. 0 is no limit.
 * The counting is done elsewhere; settings, metrics and documents are made from this table.
 */
import { type ErrorCode, type Refusal, refusal } from "@roomcast/protocol";

import type { Telemetry } from "../ports/telemetry.ts";

interface Limit {
  readonly fallback: number;
  /** For people: completes "500 …" in a list. */
  readonly unit: string;
  readonly code: ErrorCode;
  /** What the client is told. */
  readonly says: string;
  /** All clients share it: whoever hits it need not have done anything wrong. */
  readonly isShared?: true;
}

/** What is counted per second may come at once for two seconds; arrivals (upgrades and hellos) for {@link ARRIVALS_BURST_MS}. */
export const LIMITS = {
  maxConnections: {
    fallback: 50_000,
    unit: "sockets and streams open at once",
    code: "overloaded",
    says: "as many connections as this server takes",
    isShared: true,
  },
  connectionsPerAddress: {
    fallback: 1_000,
    unit: "of them from one address; 0 is no limit, and none of upgrades either",
    code: "overloaded",
    says: "too many connections from one address",
  },
  upgradesPerSecond: {
    fallback: 50,
    unit: "connections begun per second from one address, and hellos; twenty times as many at once",
    code: "overloaded",
    says: "more clients come from this address than are let in at once",
  },
  requestsPerSecond: {
    fallback: 1_000,
    unit: "requests by plain HTTP per second from one address, of whatever kind, pages too",
    code: "overloaded",
    says: "more requests come from this address than are answered at once",
  },
  messagesPerSecond: {
    fallback: 50,
    unit: "messages per second from one connection, or as HTTP requests by one user or one guest's address",
    code: "overloaded",
    says: "more messages than one connection, or requests than one user or address, may send",
  },
  bytesPerSecond: {
    fallback: 1024 * 1024,
    unit: "bytes of messages per second from one connection",
    code: "overloaded",
    says: "more bytes than this connection may send",
  },
  userMessagesPerSecond: {
    fallback: 200,
    unit: "messages per second over all connections of one user with a token",
    code: "overloaded",
    says: "more messages than this user may send",
  },
  userBytesPerSecond: {
    fallback: 4 * 1024 * 1024,
    unit: "bytes of messages per second over all connections of one user with a token",
    code: "overloaded",
    says: "more bytes than this user may send",
  },
  joinsPerSecond: {
    fallback: 20,
    unit: "joins per second from one connection; the rooms of a hello and of a refresh count, and are never refused",
    code: "overloaded",
    says: "more joins than this connection may ask for",
  },
  historyReadsPerSecond: {
    fallback: 20,
    unit: "pages of history per second to one connection",
    code: "overloaded",
    says: "more pages of history than this connection may read",
  },
  ticketsPerUser: {
    fallback: 100,
    unit: "tickets for streams that wait to be used, of one user or one guest's address",
    code: "overloaded",
    says: "more tickets wait to be used than one user or address may have",
  },
  roomsPerSession: {
    fallback: 128,
    unit: "rooms that one client is in at once",
    code: "too_many",
    says: "in as many rooms as one session may be",
  },
  maxRooms: {
    fallback: 100_000,
    unit: "rooms that anybody is in at once",
    code: "quota",
    says: "as many rooms are in use as this server takes",
    isShared: true,
  },
  maxStateLength: {
    fallback: 4 * 1024,
    unit: "characters of a presence state as JSON",
    code: "too_large",
    says: "a presence state is longer than this server takes",
  },
  maxUnsettledBytes: {
    fallback: 4 * 1024 * 1024,
    unit: "bytes of one connection's publishes that wait for their ack",
    code: "overloaded",
    says: "too much of this connection waits for the log",
  },
} as const satisfies Record<string, Limit>;

/** When a server comes back, so does everybody behind one address, at once. By default this burst is all that may be connected from it. */
export const ARRIVALS_BURST_MS = 20_000;

/** A name of the table of limits. */
export type LimitName = keyof typeof LIMITS;
/** By name; 0 is no limit. */
export type Limits = Readonly<Record<LimitName, number>>;

/** The table's own values. */
export const DEFAULT_LIMITS = Object.fromEntries(
  Object.entries(LIMITS).map(([name, { fallback }]) => [name, fallback]),
) as Limits;

/** Counts that somebody has come to a limit. @returns how that is answered. */
export function overLimit(
  name: LimitName,
  telemetry: Pick<Telemetry, "record">,
  retryAfterMs?: number,
): Refusal {
  const { code, says, isShared }: Limit = LIMITS[name];
  telemetry.record({ kind: "limited", limit: name });
  const reason = refusal(code, says, retryAfterMs);
  return isShared === true ? reason : { ...reason, isOwnExcess: true };
}
