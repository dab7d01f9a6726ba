import { expect, it } from "vitest";

import { NodeRandom } from "./node-random.ts";

it("P-SESS-2: ids have 128 bits each, and no two are the same, however many are made at once", () => {
  const random = new NodeRandom();
  const ids = Array.from({ length: 2_000 }, () => random.id());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(Buffer.from(id, "base64url")).toHaveLength(16);
  const bits = ids.map((id) => Buffer.from(id, "base64url"));
  // A byte that is always the same would be no chance.
  for (let byte = 0; byte < 16; byte += 1)
    expect(new Set(bits.map((each) => each[byte])).size).toBeGreaterThan(200);
});
