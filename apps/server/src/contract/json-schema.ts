/** Owns how what a validator accepts is said in JSON Schema: in draft 7, which AsyncAPI is made of and all of them can speak. */
import type { EventOptions } from "@roomcast/protocol";
import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import type { GenericSchema } from "valibot";

/** Standard Schema has an extension by which a validator says it itself; valibot has a package for it. */
type Standard = EventOptions["data"]["~standard"] & Partial<StandardJSONSchemaV1.Props>;

/**
 * @param side what goes into the validator, or what it puts out.
 * @returns null: it cannot say.
 */
export async function jsonSchemaOf(
  schema: EventOptions["data"],
  side: "input" | "output",
): Promise<object | null> {
  const standard: Standard = schema["~standard"];
  try {
    if (standard.jsonSchema !== undefined) return standard.jsonSchema[side]({ target: "draft-07" });
    if (standard.vendor !== "valibot") return null;
    // It is asked for now and then: a server need not load it before.
    const { toJsonSchema } = await import("@valibot/to-json-schema");
    return toJsonSchema(schema as unknown as GenericSchema, {
      ...{ typeMode: side, errorMode: "ignore" },
      overrideAction: ({ valibotAction, jsonSchema: { pattern, ...others } }) =>
        hasFlags(valibotAction, pattern) ? others : undefined,
    });
  } catch {
    // Not all that a validator checks can be said so.
    return null;
  }
}

/** A pattern of JSON Schema has no flags, and without them says something else. */
const hasFlags = (
  { requirement }: { readonly type: string; readonly requirement?: unknown },
  pattern: string | undefined,
): boolean => requirement instanceof RegExp && requirement.flags !== "" && requirement.source === pattern;
