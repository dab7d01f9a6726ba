/** history → history: a page of a room's log. */
import * as v from "valibot";

import { idSchema, roomSchema } from "../ids.ts";
import { offsetSchema, positionSchema } from "../position.ts";
import { eventMessageSchema } from "./event.ts";

export const getHistorySchema = v.object({
  type: v.literal("history"),
  id: idSchema,
  room: roomSchema,
  /** Both exclusive. With neither: the newest. With `after`: the oldest behind it. */
  before: v.exactOptional(offsetSchema),
  after: v.exactOptional(offsetSchema),
  /** 50 when missing, at most 300. */
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});

export const historySchema = v.object({
  type: v.literal("history"),
  id: idSchema,
  room: roomSchema,
  /** In offset order. */
  events: v.array(eventMessageSchema),
  /** The top of the log when it was read. */
  position: positionSchema,
  /** More lie in the direction that was asked for. */
  more: v.boolean(),
});

/** Asks for a page of a room's log. */
export type GetHistory = v.InferOutput<typeof getHistorySchema>;
/** A page of a room's log. */
export type History = v.InferOutput<typeof historySchema>;
