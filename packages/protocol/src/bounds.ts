/** Owns how deep and how wide a JSON value from outside may be, before anybody prints or walks it. */
import { MAX_DATA_DEPTH, MAX_DATA_KEYS } from "./limits.ts";

/** What is wrong with the shape of a parsed JSON value, or undefined. The value's own depth is 1. */
export function boundsViolation(value: unknown, depth = 1): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > MAX_DATA_DEPTH) return `nested deeper than ${MAX_DATA_DEPTH} levels`;
  const inner = Object.values(value);
  if (!Array.isArray(value) && inner.length > MAX_DATA_KEYS) return `an object of more than ${MAX_DATA_KEYS} keys`;
  for (const child of inner) {
    const violation = boundsViolation(child, depth + 1);
    if (violation !== undefined) return violation;
  }
  return undefined;
}
