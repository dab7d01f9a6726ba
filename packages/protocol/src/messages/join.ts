/** join → joined: entering a room, with what was missed or the newest events. */
import * as v from "valibot";

import { idSchema, roomSchema } from "../ids.ts";
import { positionSchema } from "../position.ts";
import { eventMessageSchema } from "./event.ts";
import { gapSpanSchema } from "./gap.ts";
import { memberSchema } from "./member.ts";
import { stateSchema } from "./state.ts";

const targetEntries = {
  room: roomSchema,
  /** All events after this position; wins over `history`. */
  since: v.exactOptional(positionSchema),
  /** The newest n events; 50 when missing, at most 300. */
  history: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** Presence state, shown to the other members. */
  state: v.exactOptional(stateSchema),
};

export const joinTargetSchema = v.object(targetEntries);
export const joinSchema = v.object({ type: v.literal("join"), id: idSchema, ...targetEntries });

export const joinedSchema = v.object({
  type: v.literal("joined"),
  id: v.exactOptional(idSchema),
  room: roomSchema,
  /** The top of the log when it was read. */
  position: positionSchema,
  recovered: v.boolean(),
  /** Oneself included; in a crowded room (MAX_LISTED_MEMBERS) nobody else. */
  members: v.array(memberSchema),
  count: v.number(),
  events: v.array(eventMessageSchema),
  /** Fetch the rest by history `after` the last event here; live events already come. */
  more: v.exactOptional(v.literal(true)),
  gap: v.exactOptional(gapSpanSchema),
});

/** A room to be in, and from where on to be told of it. */
export type JoinTarget = v.InferOutput<typeof joinTargetSchema>;
/** Asks to be let into a room. */
export type Join = v.InferOutput<typeof joinSchema>;
/** The client is in the room, with what it has missed or the newest events. */
export type Joined = v.InferOutput<typeof joinedSchema>;
