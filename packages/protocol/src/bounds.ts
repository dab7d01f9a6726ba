/** Owns what a JSON value from outside may be like before anybody prints or walks it: how deep, how wide, how large its numbers. */
import { MAX_DATA_DEPTH, MAX_DATA_KEYS } from "./limits.ts";

/** What is wrong with a parsed JSON value, or undefined. The value's own depth is 1. */
export function boundsViolation(value: unknown, depth = 1): string | undefined {
  // JSON.parse reads 1e400 as Infinity, which would go on as null: another value than the one that was sent.
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "a number beyond a double";
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > MAX_DATA_DEPTH) return `nested deeper than ${MAX_DATA_DEPTH} levels`;
  const inner: unknown[] = Object.values(value);
  if (!Array.isArray(value) && inner.length > MAX_DATA_KEYS)
    return `an object of more than ${MAX_DATA_KEYS} keys`;
  for (const child of inner) {
    const violation = boundsViolation(child, depth + 1);
    if (violation !== undefined) return violation;
  }
  return undefined;
}
