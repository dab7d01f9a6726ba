/** Owns a first draft of an event's data, made of its JSON Schema: right in shape, for an operator to fill in. */
/** As far as an example is made of it. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly default?: unknown;
}

const MAX_DEPTH = 5;

export function exampleOf(schema: JsonSchema | null, depth = 0): unknown {
  if (schema === null || depth > MAX_DEPTH) return {};
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return exampleOf(schema.anyOf[0], depth + 1);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [
          name,
          exampleOf(schema.properties?.[name] ?? null, depth + 1),
        ]),
      );
    case "array":
      return [];
    case "string":
      return "…";
    case "number":
    case "integer":
      return schema.minimum ?? 0;
    case "boolean":
      return true;
    default:
      return null;
  }
}
