/** The public surface of @roomcast/client, and its only barrel. */
export type { Client, ClientOptions } from "./client.ts";
export type { ClientStorage, StoredClient, StoredPublish } from "./storage/client-storage.ts";
export { connect } from "./connect.ts";
export { openWith, streamWith, type WebSocketClass } from "./platform/real-ports.ts";
export { CLIENT_CODES, type ClientCode, type Failure } from "./failure.ts";
export type { OpenContract } from "./open-contract.ts";
export type {
  Clock,
  Dial,
  OpenSocket,
  Ports,
  Random,
  Socket,
  SocketListener,
  Timer,
} from "./platform/ports.ts";
export type {
  NotPublished,
  PendingPublish,
  Published,
  PublishOptions,
  PublishResult,
} from "./publishing/publish.ts";
export type {
  AnyRoomEvent,
  HistoryPage,
  HistoryQuery,
  JoinedRoom,
  PresenceChange,
  PublishData,
  Room,
  RoomEvent,
  RoomGap,
  RoomOptions,
  RoomStatus,
  Unsubscribe,
} from "./rooms/room.ts";
export type { Attempt, Reason, Status, Transport } from "./connection/status.ts";
export type { Fetch } from "./platform/stream-socket.ts";
