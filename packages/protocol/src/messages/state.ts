/** The presence state of a member: a small JSON object of the application's own. */
import * as v from "valibot";

export const stateSchema = v.record(v.string(), v.unknown());

export type State = v.InferOutput<typeof stateSchema>;
