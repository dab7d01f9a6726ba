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
  /** An event that does no more than to say where in a room, and so in all of them, a client is. */
  reached(room: string, at: Reached): Uint8Array;
}

/**
 * One object per namespace: the hub encodes once per format.
 * @param generation of the log: a cursor is of one.
 */
export function packetFormat(namespace: string, generation: string): PacketFormat {
  const head = packetHead("event", namespace);
  const packet = (args: string): Uint8Array => textFrame(`${head}[${args}]`);
  const reached = (room: string, at: Reached): Uint8Array =>
    packet(`"ack",${JSON.stringify({ room })}${cursorArg(generation, at)}`);
  return {
    name: `socketio ${namespace}`,
    namespace,
    inSequence: true,
    reached,
    encode(message, at) {
      if (message.type === "event") return packet(eventArgs(message) + cursorArg(generation, at));
      const told = packet(`"${message.type}",${encodeDown(message)}`);
      const room = roomOf(message);
      if (at?.sequence === undefined || room === undefined) return told;
      // Listeners in other languages take as many arguments as they name: a message stays the only one of its event.
      return Buffer.concat([told, reached(room, at)]);
    },
    join: (frames) => Buffer.concat(frames),
  };
}

/** The one that a message is about, if it is about one. */
export const roomOf = (message: Down): string | undefined => ("room" in message ? message.room : undefined);

/** The last argument, and a string: a stock client takes that for its offset. */
function cursorArg(generation: string, { sequence, behind }: Reached = {}): string {
  return sequence === undefined ? "" : `,"${cursorText(generation, { sequence, behind })}"`;
}

function eventArgs({ event, data, room, id, from, time, offset }: EventMessage): string {
  const text = data instanceof JsonText ? data.text : JsonText.of(data).text;
  return `"${event}",${text},${JSON.stringify({ room, id, from, time, offset })}`;
}
