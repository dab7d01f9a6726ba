/**
 * Owns how a message looks to a Socket.IO client: an event of its own name, as one packet in one WebSocket frame, made
 * once for all who are in a namespace. Must not know connections.
 */
import { cursorText, type Format, type Reached } from "@roomcast/hub";
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
  /** An event of any name, whose last argument is the cursor. */
  event(name: string, payload: object, at: Reached): Uint8Array;
}

/**
 * One object per namespace: the hub encodes once per format.
 * @param generation of the log: a cursor is of one.
 */
export function packetFormat(namespace: string, generation: string): PacketFormat {
  const head = packetHead("event", namespace);
  return {
    name: `socketio ${namespace}`,
    namespace,
    inSequence: true,
    encode: (message, at) => textFrame(`${head}[${argsOf(message)}${cursorArg(generation, at)}]`),
    event: (name, payload, at) =>
      textFrame(`${head}["${name}",${JSON.stringify(payload)}${cursorArg(generation, at)}]`),
    join: (frames) => Buffer.concat(frames),
  };
}

const argsOf = (message: Down): string =>
  message.type === "event" ? eventArgs(message) : `"${message.type}",${encodeDown(message)}`;

/** The last argument, and a string: a stock client takes that for its offset. */
function cursorArg(generation: string, { sequence, behind }: Reached = {}): string {
  return sequence === undefined ? "" : `,"${cursorText(generation, { sequence, behind })}"`;
}

function eventArgs({ event, data, room, id, from, time, offset }: EventMessage): string {
  const text = data instanceof JsonText ? data.text : JsonText.of(data).text;
  return `"${event}",${text},${JSON.stringify({ room, id, from, time, offset })}`;
}
