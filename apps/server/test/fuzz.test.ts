/** A slice of what `pnpm fuzz` runs a million of, always the same. */
import { expect, it } from "vitest";

import { fuzz, TARGETS } from "./fuzz/fuzz.ts";

it.each(Object.keys(TARGETS))(
  "W-FUZZ: 2,000 inputs that chance has spoilt, to %s: no error that nobody caught, none slow, each answer of the table",
  { timeout: 60_000 },
  async (target) => {
    const { runs, bytes } = await fuzz({ target, runs: 2_000, seed: 20_261_125 });
    expect([runs, bytes > 100_000]).toEqual([2_000, true]);
  },
);

it("W-FUZZ: what is found is named by what it takes to see it again", async () => {
  await expect(fuzz({ target: "nothing", runs: 1, seed: 1 })).rejects.toThrow(
    /^no target nothing: ws-frames, /,
  );
});
