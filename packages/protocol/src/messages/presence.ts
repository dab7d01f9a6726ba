/** presence: a member's own state (up), and who came, changed and went (down). */
import * as v from "valibot";

import { clientIdSchema, idSchema, roomSchema } from "../ids.ts";
import { leftReasonSchema } from "./leave.ts";
import { memberSchema } from "./member.ts";
import { stateSchema } from "./state.ts";

export const setPresenceSchema = v.object({
  type: v.literal("presence"),
  id: v.exactOptional(idSchema),
  room: roomSchema,
  /** Replaces the old one. */
  state: stateSchema,
});

export const presenceSchema = v.object({
  type: v.literal("presence"),
  room: roomSchema,
  /** All members, also those beyond the list. */
  count: v.number(),
  /** The whole list; replaces the one that the receiver has. Comes when a crowded room has become small enough to list. */
  members: v.exactOptional(v.array(memberSchema)),
  /** Applied in this order: left, joined, updated. A member whom the receiver knows already may be in `joined`. */
  joined: v.exactOptional(v.array(memberSchema)),
  updated: v.exactOptional(v.array(memberSchema)),
  left: v.exactOptional(v.array(v.object({ clientId: clientIdSchema, reason: leftReasonSchema }))),
});

/** Sets the client's own presence state in a room. */
export type SetPresence = v.InferOutput<typeof setPresenceSchema>;
/** Who has come, changed or gone. */
export type Presence = v.InferOutput<typeof presenceSchema>;
