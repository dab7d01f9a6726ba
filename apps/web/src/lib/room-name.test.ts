import { describe, expect, it } from "vitest";

import { checkRoomName } from "./room-name.ts";

describe("room names", () => {
  it.each(["general", "Team.42", "a:b_c-d", "x".repeat(128)])("takes %s", (name) => {
    expect(checkRoomName(name)).toEqual({ ok: true, room: name });
  });

  it("forgives a leading # and blanks around it", () => {
    expect(checkRoomName("  #general ")).toEqual({ ok: true, room: "general" });
  });

  it.each([
    ["", /needs a name/, undefined],
    ["..", /letter or a digit/, undefined],
    ["my room", /no spaces/, "my-room"],
    ["Café ☕", /no spaces/, "Cafe"],
    ["a/b", /cannot hold “\/”/, "a-b"],
    ["日本", /cannot hold “日”/, undefined],
    ["y".repeat(129), /at most 128/, "y".repeat(128)],
  ])("says why %s is none, and what would be", (name, reason, suggestion) => {
    const check = checkRoomName(name);
    expect(check).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    expect(check.ok ? undefined : check.suggestion).toBe(suggestion);
  });
});
