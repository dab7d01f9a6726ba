/** Owns where a reader is in a room's log. An offset alone lies: after a room was made anew, 5 may be another event. */
import * as v from "valibot";

import { MAX_EPOCH_LENGTH } from "./limits.ts";

/** Counts 1, 2, 3 … per room and epoch; 0 is before the first. */
export const offsetSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const positionSchema = v.object({
  /** Opaque; changes when the count may have lost its meaning. */
  epoch: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_EPOCH_LENGTH)),
  offset: offsetSchema,
});

/** A place in a room's log. Only positions of one epoch can be compared. */
export type Position = v.InferOutput<typeof positionSchema>;
