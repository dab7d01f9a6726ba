/**
 * Owns how a message looks to a Socket.IO client: an event of its own name, as one packet in one WebSocket frame, made
 * once for all who are in a namespace. Must not know connections.
 */
import type { Format } from "@roomcast/hub";
import { type Down, encodeDown, type EventMessage, JsonText } from "@roomcast/protocol";

import { textFrame } from "../ws/text-frame.ts";

/** Engine.IO's "message", then the types of Socket.IO 5. */
const TYPES = { connect: "40", disconnect: "41", event: "42", ack: "43", connectError: "44" } as const;

export type PacketType = keyof typeof TYPES;

/** What stands before the id and the payload of a packet. */
export const packetHead = (type: PacketType, namespace: string): string =>
  namespace === "/" ? TYPES[type] : `${TYPES[type]}${namespace},`;

export interface PacketFormat extends Format {
  readonly namespace: string;
}

/** One object per namespace: the hub encodes once per format. */
export function packetFormat(namespace: string): PacketFormat {
  const head = packetHead("event", namespace);
  return {
    name: `socketio ${namespace}`,
    namespace,
    encode: (message) => textFrame(head + eventPayload(message, undefined)),
    join: (frames) => Buffer.concat(frames),
  };
}

/** A cursor is the last argument, and a string, which is what a stock client takes for its offset. */
function eventPayload(message: Down, cursor: string | undefined): string {
  const args = message.type === "event" ? eventArgs(message) : `"${message.type}",${encodeDown(message)}`;
  return cursor === undefined ? `[${args}]` : `[${args},${JSON.stringify(cursor)}]`;
}

function eventArgs({ event, data, room, id, from, time, offset }: EventMessage): string {
  const text = data instanceof JsonText ? data.text : JsonText.of(data).text;
  return `"${event}",${text},${JSON.stringify({ room, id, from, time, offset })}`;
}
