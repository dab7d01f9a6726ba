/** Owns the numbers that an operator may turn. Durations in ms; 0 switches a limit off where that is said. */
import {
  HEARTBEAT_MS,
  HELLO_TIMEOUT_MS,
  MAX_QUEUED_BYTES,
  PRESENCE_GRACE_MS,
  RESUME_WINDOW_MS,
} from "@roomcast/protocol";

import { DEFAULT_LIMITS, type Limits } from "./limits/limits.ts";

/** These limits are held by the adapters. */
type AdapterLimit = "maxConnections" | "connectionsPerAddress" | "upgradesPerSecond" | "requestsPerSecond";

/** Every one has a default, in DEFAULT_SETTINGS. */
export interface HubSettings extends Omit<Limits, AdapterLimit> {
  readonly server: { readonly name: string; readonly version: string; readonly node: string };
  /** Entered by a hello that names no room. */
  readonly defaultRoom: string;
  readonly helloTimeoutMs: number;
  /** Told to clients, which send `ping` as often where they see no WebSocket ping. */
  readonly heartbeatMs: number;
  readonly presenceGraceMs: number;
  readonly resumeWindowMs: number;
  /** From one address, as connections name it; {@link ARRIVALS_BURST_MS} says how many at once. 0: no limit. */
  readonly hellosPerSecond: number;
  /** More than this queued towards one connection closes it with 4413. */
  readonly maxQueuedBytes: number;
  /** Messages of one connection that wait behind one that is still being handled. */
  readonly maxWaitingMessages: number;
  /**
   * A publish is *ahead* if an earlier one of its connection has no ack yet. With more of them than this, the log is behind:
   * who publishes ahead is then left unread until its turn comes.
   */
  readonly maxPublishesAhead: number;
  /**
   * While the log is behind, so many may be ahead in any case; more, if the log settles them within milliseconds. Whoever waits for
   * each ack waits behind all of them.
   */
  readonly minPublishesAhead: number;
  /** Members of one room that are written to within one turn of the event loop: a thousand take about 8 ms. */
  readonly membersPerTurn: number;
  /** Presence diffs of a room are gathered for this long, and longer in a large room. */
  readonly presenceGatherMs: number;
  /** Clients are asked to come back spread over this long when the server drains. */
  readonly drainSpreadMs: number;
}

/** What counts where nothing else is said. */
export const DEFAULT_SETTINGS: HubSettings = {
  ...DEFAULT_LIMITS,
  server: { name: "roomcast", version: "0.0.0", node: "local" },
  defaultRoom: "general",
  helloTimeoutMs: HELLO_TIMEOUT_MS,
  heartbeatMs: HEARTBEAT_MS,
  presenceGraceMs: PRESENCE_GRACE_MS,
  resumeWindowMs: RESUME_WINDOW_MS,
  hellosPerSecond: DEFAULT_LIMITS.upgradesPerSecond,
  maxQueuedBytes: MAX_QUEUED_BYTES,
  maxWaitingMessages: 1024,
  maxPublishesAhead: 640,
  minPublishesAhead: 64,
  membersPerTurn: 1000,
  presenceGatherMs: 100,
  drainSpreadMs: 2000,
};
