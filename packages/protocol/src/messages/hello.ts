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
  /** Stays the same when the session is resumed. */
  clientId: clientIdSchema,
  /** The token's subject, or `guest:<clientId>`. */
  user: v.string(),
  /** Brings the session back, with the next hello. A secret. */
  resume: v.string(),
  /** The hello brought a session back; false: this is a new one. */
  resumed: v.boolean(),
  /** What an ack of this server stands for: `memory`, `process`, `disk` or `replicated`. */
  durability: v.string(),
  /** Whoever sees no WebSocket pings sends `ping` this often. */
  heartbeatMs: v.number(),
  /** What this server takes, by name: PROTOCOL.md lists them. */
  limits: v.record(v.string(), v.number()),
  server: v.object({ name: v.string(), version: v.string(), node: v.string() }),
});

/** The first message of a client. */
export type Hello = v.InferOutput<typeof helloSchema>;
/** The answer to a hello. */
export type Welcome = v.InferOutput<typeof welcomeSchema>;
