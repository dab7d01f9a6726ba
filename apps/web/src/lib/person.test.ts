import type { Member } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { displayName, hueOf, initials, peopleOf } from "./person.ts";

const member = (clientId: string, user: string, name: string): Member => ({
  clientId,
  user,
  name,
  state: {},
});

describe("people", () => {
  it("are counted by user, not by tab", () => {
    const people = peopleOf(
      [member("c1", "ada", "Ada"), member("c2", "bo", "Bo"), member("c3", "ada", "Ada")],
      "bo",
    );
    expect(people).toEqual([
      { user: "bo", name: "Bo", clientIds: ["c2"], isYou: true },
      { user: "ada", name: "Ada", clientIds: ["c1", "c3"], isYou: false },
    ]);
  });

  it("keeps two guests of one name apart", () => {
    expect(
      peopleOf([member("c1", "guest:c1", "Ada"), member("c2", "guest:c2", "Ada")], undefined),
    ).toHaveLength(2);
  });

  it("gives the nameless a name", () => {
    expect(displayName({ user: "guest:01HXYZ9K", name: " " })).toBe("Guest YZ9K");
  });

  it.each([
    ["Ada", "A"],
    ["Ada Lovelace", "AL"],
    ["ada king lovelace", "AL"],
    ["👩‍🚀 Sally", "👩‍🚀S"],
    ["", "?"],
  ])("the initials of %s are %s", (name, expected) => {
    expect(initials(name)).toBe(expected);
  });

  it("keep their colour, guests by their name", () => {
    expect(hueOf({ user: "ada", name: "Ada" })).toBe(hueOf({ user: "ada", name: "Countess" }));
    expect(hueOf({ user: "guest:1", name: "Ada" })).toBe(hueOf({ user: "guest:2", name: "Ada" }));
    expect(hueOf({ user: "guest:1", name: "Ada" })).not.toBe(hueOf({ user: "guest:1", name: "Bo" }));
  });
});
