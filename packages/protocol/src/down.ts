/** The messages that a server sends: a list, no logic. */
import type * as v from "valibot";

import { drainSchema } from "./messages/drain.ts";
import { errorSchema } from "./messages/error.ts";
import { expiringSchema } from "./messages/expiring.ts";
import { eventMessageSchema } from "./messages/event.ts";
import { gapSchema } from "./messages/gap.ts";
import { welcomeSchema } from "./messages/hello.ts";
import { historySchema } from "./messages/history.ts";
import { joinedSchema } from "./messages/join.ts";
import { leftSchema } from "./messages/leave.ts";
import { pongSchema } from "./messages/ping.ts";
import { presenceSchema } from "./messages/presence.ts";
import { ackSchema } from "./messages/publish.ts";

/** The valibot schemas of all messages of a server. */
export const downSchemas = [
  welcomeSchema,
  joinedSchema,
  eventMessageSchema,
  ackSchema,
  errorSchema,
  presenceSchema,
  gapSchema,
  historySchema,
  leftSchema,
  expiringSchema,
  drainSchema,
  pongSchema,
] as const;

/** Any message of a server. */
export type Down = v.InferOutput<(typeof downSchemas)[number]>;
