import { expect, test } from "vitest";

import { Slots } from "./slots.ts";

test("R-READS: so many have a slot, the others get one each in the order in which they came", async () => {
  const slots = new Slots(2);
  const had: string[] = [];
  const take = async (name: string): Promise<void> => {
    await slots.take();
    had.push(name);
  };
  for (const name of ["a", "b", "c", "d", "e"]) void take(name);
  await new Promise((resolve) => setImmediate(resolve));
  expect(had).toEqual(["a", "b"]);
  for (const name of ["c", "d", "e"]) {
    slots.give();
    await new Promise((resolve) => setImmediate(resolve));
    expect(had.at(-1)).toBe(name);
  }
  slots.give();
  slots.give();
  expect(slots.take()).toBe(undefined);
  expect(slots.take()).toBe(undefined);
  expect(slots.take()).toBeInstanceOf(Promise);
});
