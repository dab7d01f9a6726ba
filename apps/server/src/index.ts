/** The public surface of @roomcast/server, and its only barrel. */
export type { Authenticate } from "./adapters/entrance.ts";
export type { Grants } from "./auth/grants.ts";
export type { Authorize } from "./auth/room-policy.ts";
export type { Handler, HandlerContext, Handlers } from "./handlers.ts";
export type { NamespaceMap, NamespaceOptions } from "./adapters/socketio/namespaces.ts";
export type { PublishOptions, RoomHandle, RoomHandles } from "./rooms.ts";
export type { RoomcastServer } from "./roomcast-server.ts";
export { createServer, type ServerOptions } from "./server.ts";
export type { Settings } from "./config/settings.ts";
export { StartError } from "./start-error.ts";
export {
  accept,
  type Action,
  answer,
  change,
  type HistoryPage,
  type Done,
  type Identity,
  type IncomingEvent,
  instead,
  type ModerationAct,
  type Outcome,
  type Policy,
  type Receipt,
  refuse,
  type Refused,
  type Sanction,
  type Telemetry,
  type TelemetryEvent,
} from "@roomcast/hub";
export { type Contract, defineContract, type Refusal, type Result } from "@roomcast/protocol";
