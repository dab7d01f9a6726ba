import { createHash } from "node:crypto";
import * as v from "valibot";
import { describe, expect, test } from "vitest";

import { describeSchema } from "../test/schema-description.ts";
import { downSchemas } from "./down.ts";
import { upSchemas } from "./up.ts";

const HASHES = {
  up: "35d7b70372a2dd02af9c735d821e331bd805c29e0128b6d84a52f05a073d5eca",
  down: "48e3a5122aa25504f081b4f01fb174c1cb3b84789522c3177fde62bfb3127f6a",
};

const WHAT_TO_DO = `The messages of the protocol have changed. If that was meant:
1. show the change in the golden frames (fixtures/) and say it in PROTOCOL.md;
2. add to the history in src/version.ts; a change that an old peer does not survive needs a new PROTOCOL_VERSION;
3. write a changeset (pnpm changeset);
4. put the new hash into src/schema-hash.test.ts.
`;

const hashOf = (schemas: readonly unknown[]): string =>
  createHash("sha256")
    .update(JSON.stringify(describeSchema(schemas)))
    .digest("hex");

describe("P-VER-2 the messages change only on purpose", () => {
  test.each([
    ["up", upSchemas],
    ["down", downSchemas],
  ] as const)("%s", (way, schemas) => {
    expect(hashOf(schemas), WHAT_TO_DO).toBe(HASHES[way]);
  });
});

describe("the hash", () => {
  const schema = v.object({
    type: v.literal("t"),
    id: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(9))),
    kind: v.picklist(["a", "b"]),
    list: v.array(v.object({ n: v.nullable(v.number()) })),
  });
  const { type, id, kind, list } = schema.entries;

  test("does not see the order of fields and options", () => {
    const same = v.object({ list, kind: v.picklist(["b", "a"]), id, type });
    expect(hashOf([same])).toBe(hashOf([schema]));
  });

  test.each<[string, Record<string, v.GenericSchema>]>([
    ["a literal", { type: v.literal("u"), id, kind, list }],
    ["a field less", { type, id, kind }],
    ["a field more", { type, id, kind, list, more: v.unknown() }],
    ["a name", { type, Id: id, kind, list }],
    ["a field that is no longer optional", { type, id: id.wrapped, kind, list }],
    [
      "a lower bound",
      { type, id: v.exactOptional(v.pipe(v.string(), v.minLength(0), v.maxLength(9))), kind, list },
    ],
    [
      "an upper bound",
      { type, id: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(8))), kind, list },
    ],
    ["a bound less", { type, id: v.exactOptional(v.pipe(v.string(), v.minLength(1))), kind, list }],
    ["an option", { type, id, kind: v.picklist(["a", "c"]), list }],
    ["a type further inside", { type, id, kind, list: v.array(v.object({ n: v.nullable(v.string()) })) }],
    ["null further inside", { type, id, kind, list: v.array(v.object({ n: v.number() })) }],
    ["strict fields", { type, id, kind, list: v.array(v.strictObject({ n: v.nullable(v.number()) })) }],
  ])("sees %s", (_, entries) => {
    expect(hashOf([v.object(entries)])).not.toBe(hashOf([schema]));
  });

  test("tells patterns, flags and open lists apart", () => {
    const text = v.string();
    const schemas = [
      v.pipe(text, v.regex(/a/)),
      v.pipe(text, v.regex(/a/u)),
      v.pipe(text, v.regex(/b/)),
      v.pipe(text, v.metadata({ known: ["a"] })),
      v.pipe(text, v.metadata({ known: ["a", "b"] })),
    ];
    const hashes = schemas.map((schema) => hashOf([schema]));
    expect(new Set(hashes).size).toBe(schemas.length);
  });
});
