/** Owns what does no more with a connection than any server has to: what is flooded to know what the flood itself costs. */
import type { Socket } from "node:net";

export const SINKS = {
  /** Accepts it, and reads nothing. */
  holds: (socket) => socket.pause(),
  cuts: (socket) => socket.resetAndDestroy(),
} as const satisfies Record<string, (socket: Socket) => void>;

export type SinkName = keyof typeof SINKS;
