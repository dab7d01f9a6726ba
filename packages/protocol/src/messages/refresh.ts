/** refresh: a new token for the same session, before the old one expires. Acked. */
import * as v from "valibot";

import { idSchema, tokenSchema } from "../ids.ts";

export const refreshSchema = v.object({
  type: v.literal("refresh"),
  id: v.exactOptional(idSchema),
  token: tokenSchema,
});

/** A new token for the same session. */
export type Refresh = v.InferOutput<typeof refreshSchema>;
