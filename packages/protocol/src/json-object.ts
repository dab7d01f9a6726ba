/** Owns the one question that comes before all others: is a parsed value an object, and no list? */

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
