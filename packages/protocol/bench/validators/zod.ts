import * as z from "zod";

const schema = z.object({
  type: z.literal("publish"),
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^\P{Surrogate}*$/u),
  room: z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/),
  event: z.string().regex(/^[a-z][A-Za-z0-9_.-]{0,63}$/),
  data: z.unknown(),
  echo: z.exactOptional(z.boolean()),
  to: z.exactOptional(z.string().min(1).max(64)),
});

export function check(value: unknown): unknown {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Unknown fields are dropped in any case. */
export const drop = check;
