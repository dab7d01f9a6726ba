/** expiring: the token of the session is about to expire; a new one comes by `refresh`. */
import * as v from "valibot";

export const expiringSchema = v.object({ type: v.literal("expiring"), expiresInMs: v.number() });

/** The token expires in `expiresInMs`: send another by `refresh`. */
export type Expiring = v.InferOutput<typeof expiringSchema>;
