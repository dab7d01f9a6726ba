/** publish → ack: an event of the application, and the proof that it is kept. */
import * as v from "valibot";

import { clientIdSchema, eventSchema, idSchema, roomSchema } from "../ids.ts";
import { positionSchema } from "../position.ts";

export const publishSchema = v.object({
  type: v.literal("publish"),
  id: idSchema,
  room: roomSchema,
  event: eventSchema,
  data: v.unknown(),
  /** false: not back to the publishing client, for whom the ack stands for the offset. */
  echo: v.exactOptional(v.boolean()),
  /** To this member alone; not kept. */
  to: v.exactOptional(clientIdSchema),
  /** Ms since it was sent first, of a repetition that comes late: what a server may have forgotten must not be taken for new. */
  age: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
});

export const ackSchema = v.object({
  type: v.literal("ack"),
  id: idSchema,
  room: v.exactOptional(roomSchema),
  /** Where the event stands in the log; missing on what is not kept. */
  position: v.exactOptional(positionSchema),
  time: v.number(),
  /** The id was known: position and time are the original ones, nothing was delivered again. */
  duplicate: v.exactOptional(v.literal(true)),
  /** Of a direct publish: handed to that member's socket. */
  delivered: v.exactOptional(v.boolean()),
  /** What the application's handler answered instead of publishing. */
  answer: v.exactOptional(v.unknown()),
});

/** Asks that an event be published. */
export type Publish = v.InferOutput<typeof publishSchema>;
/** The event is kept; or the request is done. */
export type Ack = v.InferOutput<typeof ackSchema>;
