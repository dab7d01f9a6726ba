import { expect, it } from "vitest";

import { exampleOf, type JsonSchema } from "./example.ts";

it.each<[JsonSchema | null, unknown]>([
  [null, {}],
  [
    {
      type: "object",
      required: ["text"],
      properties: { text: { type: "string" }, replyTo: { type: "integer" } },
    },
    { text: "…" },
  ],
  [{ type: "integer", minimum: 1 }, 1],
  [{ enum: ["a", "b"] }, "a"],
  [{ anyOf: [{ type: "boolean" }] }, true],
  [{ type: "array", items: { type: "string" } }, []],
  [{}, null],
])("of %j the draft is %j", (schema, draft) => {
  expect(exampleOf(schema)).toEqual(draft);
});

it("ends, however deep the schema goes", () => {
  const deep: Record<string, unknown> = { type: "object", required: ["self"] };
  deep["properties"] = { self: deep };
  expect(JSON.stringify(exampleOf(deep as JsonSchema)).length).toBeLessThan(200);
});
