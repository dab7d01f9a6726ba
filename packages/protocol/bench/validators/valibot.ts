import * as v from "valibot";

const schema = v.object({
  type: v.literal("publish"),
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64), v.regex(/^\P{Surrogate}*$/u)),
  room: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.:-]{1,128}$/)),
  event: v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9_.-]{0,63}$/)),
  data: v.unknown(),
  echo: v.exactOptional(v.boolean()),
  to: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
});

export function check(value: unknown): unknown {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? result.output : undefined;
}

/** Unknown fields are dropped in any case. */
export const drop = check;
