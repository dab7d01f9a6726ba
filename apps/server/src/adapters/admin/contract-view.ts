/** Owns how a contract looks to somebody who has not written it: its events, and the JSON Schema of what each may hold. */
import type { Contract, EventOptions } from "@roomcast/protocol";
import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import type { GenericSchema } from "valibot";

export interface EventView {
  readonly name: string;
  readonly kept: boolean;
  readonly publisher: "anyone" | "server";
  /** null: its validator cannot say. */
  readonly schema: object | null;
}

export interface ContractView {
  /** false: events that are not listed pass too, unchecked and kept. */
  readonly strict: boolean;
  readonly events: readonly EventView[];
}

export async function contractView({ events, strict }: Contract): Promise<ContractView> {
  const views = Object.entries(events).map(async ([name, { data, kept = true, publisher = "anyone" }]) => ({
    ...{ name, kept, publisher },
    schema: await jsonSchemaOf(data),
  }));
  return { strict, events: await Promise.all(views) };
}

/** Standard Schema has an extension by which a validator says it itself; valibot has a package for it. */
type Standard = EventOptions["data"]["~standard"] & Partial<StandardJSONSchemaV1.Props>;

async function jsonSchemaOf(schema: EventOptions["data"]): Promise<object | null> {
  const standard: Standard = schema["~standard"];
  try {
    if (standard.jsonSchema !== undefined) return standard.jsonSchema.input({ target: "draft-2020-12" });
    if (standard.vendor !== "valibot") return null;
    // It is asked for now and then, by an operator: a server need not load it before.
    const { toJsonSchema } = await import("@valibot/to-json-schema");
    return toJsonSchema(schema as unknown as GenericSchema, { typeMode: "input", errorMode: "ignore" });
  } catch {
    // Not all that a validator checks can be said so.
    return null;
  }
}
