/**
 * Owns the one face that the transports show to an attacker who writes every byte by hand, without a library that would refuse
 * to send it.
 */
import { openHttp } from "./http-wire.ts";
import { openSse, openWs } from "./native-wires.ts";
import { openIoPolling, openIoWebSocket } from "./socketio-wires.ts";

export const TRANSPORTS = ["ws", "socketio-polling", "socketio-websocket", "sse", "http"] as const;
export type Transport = (typeof TRANSPORTS)[number];
/** Those that have a connection, and so rooms that one is in. */
export const CONNECTED = TRANSPORTS.filter((transport) => transport !== "http");

/** What is published: data as the text of JSON, right or wrong. */
export interface Published {
  readonly room?: string;
  readonly event?: string;
  readonly data: string;
  readonly id?: string;
  /** Further fields of the message, as text: `,"from":{}`. */
  readonly more?: string;
}

/** One attacker, past the door. An answer is "ok", the code of a refusal, or "closed". */
export interface Wire {
  publish(published: Published): Promise<string>;
  join(room: string): Promise<string>;
  /** A message as it stands, in the frame, packet, line or body of the transport, behind which nothing is awaited. */
  raw(text: string): Promise<void>;
  /** Whether the server has ended it. */
  readonly ended: boolean;
  readonly heard: string;
  destroy(): void;
}

/** @param hello in place of the token, name and rooms of a guest in the room `general`. */
export type Open = (port: number, hello?: object) => Promise<Wire>;

export const OPEN: Readonly<Record<Transport, Open>> = {
  ws: openWs,
  "socketio-polling": openIoPolling,
  "socketio-websocket": openIoWebSocket,
  sse: openSse,
  http: openHttp,
};
