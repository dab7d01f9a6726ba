import { describe, expect, test } from "vitest";

import { Few } from "./few.ts";
import { SeededRandom } from "./testing/seeded-random.ts";

describe("few", () => {
  test.each([1, 2, 3, 4, 5])("whatever is done to it, it is what a map would be (seed %i)", (seed) => {
    const random = new SeededRandom(seed);
    const few = new Few<number, { readonly value: number }>();
    const map = new Map<number, { readonly value: number }>();
    for (let step = 0; step < 400; step += 1) {
      // None, one and several by turns.
      const key = random.below(step % 40 < 20 ? 1 : 4);
      const value = { value: step };
      if (random.below(2) === 0) {
        few.set(key, value);
        map.set(key, value);
      } else expect(few.delete(key)).toBe(map.delete(key));
      expect([...few]).toEqual([...map]);
      expect([...few.keys()]).toEqual([...map.keys()]);
      expect([...few.values()]).toEqual([...map.values()]);
      expect(few.size).toBe(map.size);
      for (const each of [0, 1, 2, 3]) {
        expect(few.get(each)).toBe(map.get(each));
        expect(few.has(each)).toBe(map.has(each));
      }
    }
  });
});
