import { expect, test } from "vitest";

import { Postponed } from "./postponed.ts";

test("R-REST: what comes while it is paused is read in its order once it is resumed, up to what pauses it again", () => {
  const read: string[] = [];
  const postponed = new Postponed<string>(
    (item) => {
      read.push(item);
      if (item === "stop") postponed.pause();
    },
    () => read.push("too much"),
  );
  for (const item of ["a", "stop", "b", "stop", "c"]) postponed.take(item, item.length);
  expect(read).toEqual(["a", "stop"]);
  postponed.resume();
  postponed.take("d", 1);
  expect(read).toEqual(["a", "stop", "b", "stop"]);
  postponed.resume();
  postponed.take("e", 1);
  expect(read.slice(4)).toEqual(["c", "d", "e"]);
});

test("R-REST: so much may wait, then none of it does any more; what was read counts no more once nothing waits", () => {
  const read: string[] = [];
  let tooMuch = 0;
  const postponed = new Postponed<string>(
    (item) => read.push(item),
    () => (tooMuch += 1),
  );
  const body = "x".repeat(64 * 1024 - 64);
  for (let time = 0; time < 2; time += 1) {
    postponed.pause();
    for (let count = 0; count < 4; count += 1) postponed.take(body, body.length);
    postponed.resume();
  }
  expect([read.length, tooMuch]).toEqual([8, 0]);
  postponed.pause();
  for (let count = 0; count < 4; count += 1) postponed.take(body, body.length);
  postponed.take("", 0);
  postponed.take("", 0);
  expect(tooMuch).toBe(1);
  postponed.resume();
  expect(read).toHaveLength(8);
});
