/** The presence state of a member: a small JSON object of the application's own. */
import * as v from "valibot";

import { isJsonObject } from "../json-object.ts";

/** A JSON object of the application's own; at most 4,096 characters as JSON, unless a server says otherwise. */
export type State = Record<string, unknown>;

export const stateSchema = v.custom<State>(isJsonObject, "expected a JSON object");
