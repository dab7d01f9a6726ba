/** error: a request or a frame was refused; the socket lives. */
import * as v from "valibot";

import type { ErrorCode } from "../error-codes.ts";
import { idSchema } from "../ids.ts";

export const errorSchema = v.object({
  type: v.literal("error"),
  /** Of the request that it answers, where one could be read. */
  id: v.exactOptional(idSchema),
  /** A code of the table; newer servers may know more of them. */
  code: v.string() as v.GenericSchema<ErrorCode>,
  message: v.string(),
  retry: v.picklist(["no", "same_id"]),
  retryAfterMs: v.exactOptional(v.number()),
});

export type ErrorMessage = v.InferOutput<typeof errorSchema>;
