import { expect, it } from "vitest";

import { imposedBy } from "./imposed.ts";

const told = (message: string) => imposedBy({ code: "forbidden", message });

it("reads who may not speak, until when and why", () => {
  const until = Date.UTC(2026, 10, 25, 21, 30);
  expect(told("muted")).toEqual({ what: "muted" });
  expect(told("muted until 2026-11-25T21:30:00.000Z")).toEqual({ what: "muted", until });
  expect(told("banned until 2026-11-25T21:30:00.000Z: off: topic")).toEqual({
    ...{ what: "banned", until, reason: "off: topic" },
  });
  expect(told("muted: a reason")).toEqual({ what: "muted", reason: "a reason" });
});

it("takes nothing else for it", () => {
  for (const message of ["not allowed", "mutedly", "muted until tomorrow", ""])
    expect(told(message)).toBeUndefined();
  expect(imposedBy({ code: "internal", message: "muted" })).toBeUndefined();
});
