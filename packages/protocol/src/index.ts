/** The public surface of @roomcast/protocol, and its only barrel. */
export { boundsViolation } from "./bounds.ts";
export { CLOSE_CODES, type CloseCode, type CloseName, isFinalClose } from "./close-codes.ts";
export { checkUp, decodeDown, type DecodeFailure, decodeUp, encodeDown, encodeUp } from "./codec.ts";
export {
  type CheckedEvent,
  type Contract,
  type DataIn,
  type DataOut,
  defineContract,
  type EventMap,
  type EventName,
  type EventOptions,
} from "./contract.ts";
export { type Down, downSchemas } from "./down.ts";
export {
  ERROR_CODES,
  type ErrorCode,
  errorFields,
  type Refusal,
  refusal,
  type Retry,
  statusOf,
} from "./error-codes.ts";
export { events, type Events } from "./events.ts";
export { isEventName, isRoomName, RESERVED_EVENTS } from "./ids.ts";
export { parseJson } from "./json.ts";
export { JsonText } from "./json-text.ts";
export * from "./limits.ts";
export type { Drain } from "./messages/drain.ts";
export type { Expiring } from "./messages/expiring.ts";
export type { ErrorMessage } from "./messages/error.ts";
export type { EventMessage, From } from "./messages/event.ts";
export { type Gap, GAP_REASONS, type GapReason, type GapSpan } from "./messages/gap.ts";
export type { Hello, Welcome } from "./messages/hello.ts";
export type { GetHistory, History } from "./messages/history.ts";
export type { Imposed } from "./messages/imposed.ts";
export type { Join, Joined, JoinTarget } from "./messages/join.ts";
export { type Leave, type Left, LEFT_REASONS, type LeftReason } from "./messages/leave.ts";
export type { Member } from "./messages/member.ts";
export type { Ping, Pong } from "./messages/ping.ts";
export type { Presence, SetPresence } from "./messages/presence.ts";
export type { Ack, Publish } from "./messages/publish.ts";
export type { Refresh } from "./messages/refresh.ts";
export type { State } from "./messages/state.ts";
export type { Position } from "./position.ts";
export { err, ok, type Result } from "./result.ts";
export type { Answer, ClientToServerEvents, EventContext, ServerToClientEvents } from "./socketio-events.ts";
export { type Up, upSchemas } from "./up.ts";
export { MIN_SUPPORTED_VERSION, PROTOCOL_VERSION, SUBPROTOCOL } from "./version.ts";
