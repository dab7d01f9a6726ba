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

/** The valibot schemas of all messages of a client. */
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

/** Any message of a client. */
export type Up = v.InferOutput<(typeof upSchemas)[number]>;
