/** Owns the grammar of names and ids. One canonical ASCII form for rooms and events, so that no two look alike. */
import * as v from "valibot";

import { MAX_ID_LENGTH, MAX_NAME_LENGTH, MAX_TOKEN_LENGTH } from "./limits.ts";

const ROOM = /^[A-Za-z0-9_.:-]{1,128}$/;
const EVENT = /^[a-z][A-Za-z0-9_.-]{0,63}$/;

/** Names that mean something to one of the transports; no application event may bear them on any. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set([
  ...["join", "joined", "leave", "left", "publish", "presence", "history", "welcome", "gap", "drain"],
  ...["event", "ack", "error", "hello", "refresh", "ping", "pong", "connect", "connect_error", "disconnect"],
  // A Socket.IO client ends its connection when an event of one of these names arrives.
  ...["disconnecting", "newListener", "removeListener"],
  "expiring",
]);

/** Whether it can name a room. */
export const isRoomName = (name: string): boolean => ROOM.test(name);
/** Whether it can name an event; reserved names are event names too. */
export const isEventName = (name: string): boolean => EVENT.test(name);

export const roomSchema = v.pipe(v.string(), v.regex(ROOM));
export const eventSchema = v.pipe(v.string(), v.regex(EVENT));
/** Half a surrogate pair has no UTF-8 form: two such ids could not be told apart once stored. */
const wellFormed = v.regex(/^\P{Surrogate}*$/u, "expected well-formed Unicode");
/** Chosen by whoever sends the request; unique per room and sender for a publish. */
export const idSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID_LENGTH), wellFormed);
/** Made by the server. */
export const clientIdSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID_LENGTH));
/** What a person is called; chosen by the client, proves nothing. Empty means none. */
export const nameSchema = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH), wellFormed);
export const tokenSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_TOKEN_LENGTH));
