/** ping → pong: for clients that cannot see the WebSocket's own pings. */
import * as v from "valibot";

export const pingSchema = v.object({ type: v.literal("ping") });
export const pongSchema = v.object({ type: v.literal("pong"), time: v.number() });

export type Ping = v.InferOutput<typeof pingSchema>;
export type Pong = v.InferOutput<typeof pongSchema>;
