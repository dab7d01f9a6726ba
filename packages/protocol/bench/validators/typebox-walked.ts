import { Check, Clean } from "typebox/value";

import { schema } from "./typebox-schema.ts";

export const check = (value: unknown): unknown => (Check(schema, value) ? value : undefined);
export const drop = (value: unknown): unknown => (Check(schema, value) ? Clean(schema, value) : undefined);
