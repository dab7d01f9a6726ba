/** The public surface of @roomcast/hub, and its only barrel. */
export {
  accept,
  answer,
  change,
  type EventHandler,
  type IncomingEvent,
  instead,
  type Outcome,
  refuse,
  type Refused,
} from "./application.ts";
export { type Carrier, CarriedRooms, type Carriers, type Listener } from "./carriers.ts";
export type { Clock, Timer } from "./clock.ts";
export type { Connection, Decoded, Ending, Format, Inbox } from "./connection.ts";
export { Credits } from "./credits.ts";
export { cursorText, type Reached } from "./cursor.ts";
export type { Receipt } from "./delivering.ts";
export { Hub, type HubOptions } from "./hub.ts";
export { GUEST, type Identity, userOf } from "./identity.ts";
export type { ClientView, Inspection, RoomExtent } from "./inspection.ts";
export { ARRIVALS_BURST_MS, beyond, DEFAULT_LIMITS, type LimitName, type Limits, LIMITS } from "./limits.ts";
export { isPromise, type MaybePromise, whenReady } from "./maybe-promise.ts";
export { MemoryLog, type MemoryLogOptions } from "./memory-log.ts";
export { MemorySanctions } from "./memory-sanctions.ts";
export { MemorySessions } from "./memory-sessions.ts";
export { ACTS, type ActName, type Act as ModerationAct, type Done, Moderation } from "./moderation.ts";
export { type Action, OPEN_DOOR, type Policy } from "./policy.ts";
export type { Random } from "./random.ts";
export type { HistoryPage } from "./reading.ts";
export { Recent } from "./recent.ts";
export type {
  Appended,
  Draft,
  Durability,
  KeptEvent,
  Page,
  ReadRange,
  Removed,
  RoomLog,
  Settle,
  SettleRemoval,
  Trimmed,
} from "./room-log.ts";
export type { Sanction, SanctionKey, SanctionStore } from "./sanction-store.ts";
export type { SessionStore, StoredSession } from "./session-store.ts";
export { SteadyTime } from "./steady-time.ts";
export { DEFAULT_SETTINGS, type HubSettings } from "./settings.ts";
export type { Place } from "./snapshot.ts";
export type { Publication, Submission } from "./submitting.ts";
export {
  type ClientFacts,
  NO_TELEMETRY,
  type PublishedEvent,
  type ReaderFacts,
  type Telemetry,
  type TelemetryEvent,
} from "./telemetry.ts";
