/** Owns what was imposed on somebody, as a refusal tells it to them: a part of `error`. */
import * as v from "valibot";

import { openListSchema } from "../open-list.ts";

export const imposedSchema = v.object({
  what: openListSchema(["muted", "banned", "revoked"]),
  /** Ms since 1970; missing: until it is lifted. */
  until: v.exactOptional(v.number()),
  /** In the words of whoever did it. */
  reason: v.exactOptional(v.string()),
});

/** What a moderator has imposed on a user, as a refusal tells it. */
export type Imposed = v.InferOutput<typeof imposedSchema>;
