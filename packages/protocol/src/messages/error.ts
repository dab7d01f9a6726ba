/** error: a request or a frame was refused; the socket lives. */
import * as v from "valibot";

import { type ErrorCode, ERROR_CODES, type Retry } from "../error-codes.ts";
import { idSchema, roomSchema } from "../ids.ts";
import { openListSchema } from "../open-list.ts";
import { imposedSchema } from "./imposed.ts";

export const errorSchema = v.object({
  type: v.literal("error"),
  /** Of the request that it answers, where one could be read. */
  id: v.exactOptional(idSchema),
  /** Of the request that it answers, where it named one. */
  room: v.exactOptional(roomSchema),
  code: openListSchema(Object.keys(ERROR_CODES) as ErrorCode[]),
  message: v.string(),
  retry: openListSchema<Retry>(["no", "same_id"]),
  retryAfterMs: v.exactOptional(v.number()),
  /** Where that is why. */
  imposed: v.exactOptional(imposedSchema),
});

/** A request was refused. */
export type ErrorMessage = v.InferOutput<typeof errorSchema>;
