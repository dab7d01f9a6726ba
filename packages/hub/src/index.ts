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
} from "./ports/application.ts";
export { type Carrier, type Carriers, type Listener, withRoom } from "./connections/carriers.ts";
export type { Clock, Timer } from "./ports/clock.ts";
export type { Connection, Decoded, Ending, Format, Inbox } from "./ports/connection.ts";
export { Credits } from "./limits/credits.ts";
export { cursorText, type Reached } from "./entering/cursor.ts";
export type { Receipt } from "./publishing/delivering.ts";
export { Hub, type HubOptions } from "./hub.ts";
export { GUEST, type Identity, userOf } from "./access/identity.ts";
export type { ClientView, Inspection, RoomExtent } from "./inspection.ts";
export {
  ARRIVALS_BURST_MS,
  overLimit,
  DEFAULT_LIMITS,
  type LimitName,
  type Limits,
  LIMITS,
} from "./limits/limits.ts";
export { isPromise, type MaybePromise, whenReady } from "./maybe-promise.ts";
export { MemoryLog, type MemoryLogOptions } from "./memory/memory-log.ts";
export { MemorySanctions } from "./memory/memory-sanctions.ts";
export { MemorySessions } from "./memory/memory-sessions.ts";
export { ACTS, type ActName, type Act as ModerationAct, type Done, Moderation } from "./access/moderation.ts";
export { type Action, OPEN_DOOR, type Policy } from "./ports/policy.ts";
export type { Random } from "./ports/random.ts";
export type { HistoryPage } from "./reading.ts";
export { Recent } from "./limits/recent.ts";
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
} from "./ports/room-log.ts";
export type { Sanction, SanctionKey, SanctionStore } from "./ports/sanction-store.ts";
export type { SessionStore, StoredSession } from "./ports/session-store.ts";
export { SteadyTime } from "./steady-time.ts";
export { DEFAULT_SETTINGS, type HubSettings } from "./settings.ts";
export type { Place } from "./entering/snapshot.ts";
export type { Publication, Submission } from "./publishing/submitting.ts";
export {
  type ClientFacts,
  NO_TELEMETRY,
  type PublishedEvent,
  type ReaderFacts,
  type Telemetry,
  type TelemetryEvent,
} from "./ports/telemetry.ts";
