import { Compile } from "typebox/compile";

import { schema } from "./typebox-schema.ts";

const compiled = Compile(schema);

export const check = (value: unknown): unknown => (compiled.Check(value) ? value : undefined);
export const drop = (value: unknown): unknown => (compiled.Check(value) ? compiled.Clean(value) : undefined);
