/** leave → left; `left` also comes unasked when a client is taken out of a room. */
import * as v from "valibot";

import { idSchema, roomSchema } from "../ids.ts";
import { openListSchema } from "../open-list.ts";

/** Why somebody is out of a room. */
export const LEFT_REASONS = [
  "left",
  "closed",
  "timeout",
  "kicked",
  "expired",
  "forbidden",
  "banned",
] as const;
export const leftReasonSchema = openListSchema(LEFT_REASONS);

export const leaveSchema = v.object({ type: v.literal("leave"), id: idSchema, room: roomSchema });
export const leftSchema = v.object({
  type: v.literal("left"),
  id: v.exactOptional(idSchema),
  room: roomSchema,
  reason: leftReasonSchema,
  /** Why, in the words of whoever took the client out. */
  message: v.exactOptional(v.string()),
  /** Ms since 1970: until then it is not let in again. */
  until: v.exactOptional(v.number()),
});

/** Why somebody is out of a room. */
export type LeftReason = v.InferOutput<typeof leftReasonSchema>;
/** Asks to be out of a room. */
export type Leave = v.InferOutput<typeof leaveSchema>;
/** The client is out of the room. */
export type Left = v.InferOutput<typeof leftSchema>;
