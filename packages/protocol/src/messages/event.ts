/** event: what a member published, as every member receives it. */
import * as v from "valibot";

import { clientIdSchema, eventSchema, roomSchema } from "../ids.ts";
import { offsetSchema } from "../position.ts";

const fromSchema = v.object({
  /** null when a plain HTTP request or the application itself published. */
  clientId: v.nullable(clientIdSchema),
  user: v.string(),
  name: v.string(),
});

export const eventMessageSchema = v.object({
  type: v.literal("event"),
  room: roomSchema,
  event: eventSchema,
  data: v.unknown(),
  /** The publisher's id; unique per room and `from.user`. */
  id: v.string(),
  from: fromSchema,
  /** The server's clock, ms since 1970. */
  time: v.number(),
  /** Missing on ephemeral and direct events, which are never replayed. */
  offset: v.exactOptional(offsetSchema),
});

/** Who published an event, as everybody sees it. */
export type From = v.InferOutput<typeof fromSchema>;
/** An event, as each member of its room gets it. */
export type EventMessage = v.InferOutput<typeof eventMessageSchema>;
