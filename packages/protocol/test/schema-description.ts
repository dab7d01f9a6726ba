/**
 * Owns what a valibot schema says, as plain data: types, fields, literals, patterns, bounds. Two schemas with the same
 * description take the same messages, whatever the order of their fields.
 */

export type Description = string | number | boolean | null | Description[] | { [key: string]: Description };

/** What makes a schema. */
const TELLING = new Set([
  ...["kind", "type", "entries", "item", "wrapped", "key", "value", "literal", "options", "pipe"],
  ...["requirement", "metadata", "known", "default", "fallback", "rest", "check"],
]);
/** What the validator needs to run, or to word its complaints. */
const SILENT = new Set(["reference", "expects", "async", "message", "~run", "~standard"]);

/** @throws on a part of a schema that is in neither list: say in which it belongs. */
export function describeSchema(part: unknown, inside = ""): Description {
  if (part === null || typeof part === "string" || typeof part === "number" || typeof part === "boolean")
    return part;
  if (part === undefined) return "undefined";
  if (part instanceof RegExp) return String(part);
  if (typeof part === "function") {
    if (part.name === "") throw new TypeError("a check without a name cannot be told from another");
    return part.name;
  }
  if (Array.isArray(part)) {
    const items = part.map((item) => describeSchema(item));
    // The steps of a pipe follow each other; the members of a list of options do not.
    return inside === "pipe" ? items : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof part !== "object") throw new TypeError(`a ${typeof part} in a schema`);
  const { pipe } = part as { pipe?: unknown[] };
  // A schema with a pipe is its first step, spread out, and the pipe itself.
  const parts: [string, unknown][] =
    pipe !== undefined && inside !== "pipe" ? [["pipe", pipe]] : Object.entries(part);
  // Their keys are the messages' own names, not the validator's.
  const named = inside === "entries" || inside === "metadata";
  const described = parts
    .filter(([name]) => named || !isSilent(name))
    .map(([name, value]): [string, Description] => [name, describeSchema(value, name)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(described);
}

function isSilent(name: string): boolean {
  if (SILENT.has(name)) return true;
  if (TELLING.has(name)) return false;
  throw new TypeError(`does "${name}" change what a schema takes? Add it to a list in this file`);
}
