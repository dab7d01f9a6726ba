import { expect, it } from "vitest";

import { hashOf, whereOf } from "./place.ts";

it("an address is a place, there and back", () => {
  for (const item of ["general", "a:b", "50%", undefined])
    expect(whereOf(hashOf("rooms", item))).toEqual({ section: "rooms", item });
});

it.each([
  ["", { section: "overview", item: undefined }],
  ["#elsewhere/x", { section: "overview", item: "x" }],
  ["#clients/", { section: "clients", item: undefined }],
  ["#clients/%E0%A4%A", { section: "clients", item: "%E0%A4%A" }],
])("%j is a place all the same", (hash, where) => {
  expect(whereOf(hash)).toEqual(where);
});
