import { describe, expect, it } from "vitest";

import { type Activity, type Change, describeActivity, listNames, withChange } from "./activity.ts";

const fold = (
  ...changes: readonly (readonly [name: string, kind: Change["kind"], reason?: Change["reason"]])[]
): string => {
  let activity: Activity = new Map();
  for (const [name, kind, reason] of changes) {
    activity = withChange(activity, { name, kind, ...(reason !== undefined && { reason }) });
  }
  return describeActivity(activity);
};

describe("joins and leaves in the stream", () => {
  it("are told in one sentence", () => {
    expect(fold(["Ada", "joined"])).toBe("Ada joined");
    expect(fold(["Ada", "joined"], ["Bo", "joined"], ["Cy", "left", "closed"])).toBe(
      "Ada and Bo joined · Cy left",
    );
  });

  it("are folded when many", () => {
    const names = ["Ada", "Bo", "Cy", "Di", "Ed"];
    expect(fold(...names.map((name) => [name, "joined"] as const))).toBe("Ada, Bo and 3 others joined");
  });

  it("tell of one person what came of it", () => {
    expect(fold(["Ada", "joined"], ["Ada", "left", "left"])).toBe("Ada joined and left");
    expect(fold(["Ada", "left", "closed"], ["Ada", "joined"])).toBe("Ada left and joined again");
    expect(fold(["Ada", "joined"], ["Ada", "left", "left"], ["Ada", "joined"])).toBe("Ada joined");
  });

  it("do not tell twice of a guest who reloads the page", () => {
    expect(fold(["Ada", "left", "left"], ["Ada", "joined"], ["Ada", "left", "left"])).toBe("Ada left");
  });

  it("tell who was lost or removed", () => {
    expect(fold(["Ada", "left", "timeout"])).toBe("Ada left, connection lost");
    expect(fold(["Ada", "left", "kicked"])).toBe("Ada was removed");
  });
});

describe("a list of names", () => {
  it.each([
    [["Ada"], "Ada"],
    [["Ada", "Bo"], "Ada and Bo"],
    [["Ada", "Bo", "Cy"], "Ada, Bo and Cy"],
    [["Ada", "Bo", "Cy", "Di"], "Ada, Bo and 2 others"],
  ])("%j", (names, expected) => {
    expect(listNames(names)).toBe(expected);
  });
});
