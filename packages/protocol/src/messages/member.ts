/** Who is in a room. */
import * as v from "valibot";

import { clientIdSchema } from "../ids.ts";
import { stateSchema } from "./state.ts";

export const memberSchema = v.object({
  clientId: clientIdSchema,
  /** The token's subject, or `guest:<clientId>`. */
  user: v.string(),
  name: v.string(),
  state: stateSchema,
});

/** Somebody in a room, as the others see it. */
export type Member = v.InferOutput<typeof memberSchema>;
