import * as z from "zod/mini";

const schema = z.object({
  type: z.literal("publish"),
  id: z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^\P{Surrogate}*$/u)),
  room: z.string().check(z.regex(/^[A-Za-z0-9_.:-]{1,128}$/)),
  event: z.string().check(z.regex(/^[a-z][A-Za-z0-9_.-]{0,63}$/)),
  data: z.unknown(),
  echo: z.exactOptional(z.boolean()),
  to: z.exactOptional(z.string().check(z.minLength(1), z.maxLength(64))),
});

export function check(value: unknown): unknown {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Unknown fields are dropped in any case. */
export const drop = check;
