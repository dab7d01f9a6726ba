/** gap: what a reader can never receive, said plainly. */
import * as v from "valibot";

import { roomSchema } from "../ids.ts";
import { openListSchema } from "../open-list.ts";
import { offsetSchema, positionSchema } from "../position.ts";

/** Why something is missing. */
export const GAP_REASONS = ["trimmed", "recreated", "store_lost_tail", "failover", "forbidden"] as const;

const gapSpanEntries = {
  reason: openListSchema(GAP_REASONS),
  /** First and last missing offset; null where unknown. */
  from: v.nullable(offsetSchema),
  to: v.nullable(offsetSchema),
  /** Where the room is now. */
  position: positionSchema,
};

export const gapSpanSchema = v.object(gapSpanEntries);
export const gapSchema = v.object({ type: v.literal("gap"), room: roomSchema, ...gapSpanEntries });

/** What is missing, and why: a part of `gap` and `joined`. */
export type GapSpan = v.InferOutput<typeof gapSpanSchema>;
/** Why something is missing. */
export type GapReason = GapSpan["reason"];
/** Something of a room that this client can never get. */
export type Gap = v.InferOutput<typeof gapSchema>;
