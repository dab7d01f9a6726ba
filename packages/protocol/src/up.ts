/** The messages that a client sends: a list, no logic. */
import type * as v from "valibot";

import { helloSchema } from "./messages/hello.ts";
import { getHistorySchema } from "./messages/history.ts";
import { joinSchema } from "./messages/join.ts";
import { leaveSchema } from "./messages/leave.ts";
import { pingSchema } from "./messages/ping.ts";
import { setPresenceSchema } from "./messages/presence.ts";
import { publishSchema } from "./messages/publish.ts";
import { refreshSchema } from "./messages/refresh.ts";

export const upSchemas = [
  helloSchema,
  joinSchema,
  leaveSchema,
  publishSchema,
  setPresenceSchema,
  getHistorySchema,
  refreshSchema,
  pingSchema,
] as const;

export type Up = v.InferOutput<(typeof upSchemas)[number]>;
