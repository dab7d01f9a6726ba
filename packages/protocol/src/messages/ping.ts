/** ping → pong: for clients that cannot see the WebSocket's own pings. */
import * as v from "valibot";

export const pingSchema = v.object({ type: v.literal("ping") });
export const pongSchema = v.object({ type: v.literal("pong"), time: v.number() });

/** Asks for a sign of life. */
export type Ping = v.InferOutput<typeof pingSchema>;
/** The answer. `time`: the server's clock, ms since 1970. */
export type Pong = v.InferOutput<typeof pongSchema>;
