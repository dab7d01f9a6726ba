/** drain: the server is about to go; come back after this long. */
import * as v from "valibot";

export const drainSchema = v.object({ type: v.literal("drain"), reconnectAfterMs: v.number() });

/** The server is about to go: come back after `reconnectAfterMs`. */
export type Drain = v.InferOutput<typeof drainSchema>;
