/** hello → welcome: the first message of a socket, and the first answer. */
import * as v from "valibot";

import { clientIdSchema, nameSchema, tokenSchema } from "../ids.ts";
import { joinTargetSchema } from "./join.ts";

export const helloSchema = v.object({
  type: v.literal("hello"),
  protocol: v.number(),
  token: v.exactOptional(tokenSchema),
  name: v.exactOptional(nameSchema),
  /** The `resume` of the last welcome; keeps the clientId. */
  resume: v.exactOptional(tokenSchema),
  /** Missing: the default room, or with `resume` the rooms that the session was in. Empty: none. */
  join: v.exactOptional(v.array(joinTargetSchema)),
});

export const welcomeSchema = v.object({
  type: v.literal("welcome"),
  protocol: v.number(),
  clientId: clientIdSchema,
  user: v.string(),
  resume: v.string(),
  resumed: v.boolean(),
  durability: v.string(),
  heartbeatMs: v.number(),
  limits: v.record(v.string(), v.number()),
  server: v.object({ name: v.string(), version: v.string(), node: v.string() }),
});

export type Hello = v.InferOutput<typeof helloSchema>;
export type Welcome = v.InferOutput<typeof welcomeSchema>;
