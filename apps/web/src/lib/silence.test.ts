import { expect, it } from "vitest";

import { silences } from "./silence.ts";

it("U-OUTBOX whoever may not write in a room does not, and whoever is muted does not until it ends", () => {
  const forbidden = { code: "forbidden", message: "not allowed", retry: "no" } as const;
  expect(silences(forbidden, 1_000)).toBe(true);
  expect(silences({ ...forbidden, imposed: { what: "muted" } }, 1_000)).toBe(true);
  expect(silences({ ...forbidden, imposed: { what: "muted", until: 1_001 } }, 1_000)).toBe(true);
  expect(silences({ ...forbidden, imposed: { what: "muted", until: 1_000 } }, 1_000)).toBe(false);
  expect(silences({ ...forbidden, code: "overloaded" }, 1_000)).toBe(false);
});
