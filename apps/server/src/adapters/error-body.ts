/** Owns how a refusal looks as the body of an HTTP answer. */
import { errorFields, type Refusal } from "@roomcast/protocol";

export const errorBody = (reason: Refusal): string => JSON.stringify({ error: errorFields(reason) });
