import { describe, expect, it } from "vitest";

import { Amendments, withWish } from "./amendments.ts";

const who = (user: string) => ({ clientId: null, user, name: user.toUpperCase() });
const at = (offset: number, user = "ada", epoch = "e1") => ({ epoch, offset, from: who(user) });

describe("what became of a message", () => {
  it("the later edit counts, whichever comes first", () => {
    const amendments = new Amendments();
    amendments.take({ event: "edit", data: { target: 1, text: "third" } }, at(9));
    amendments.take({ event: "edit", data: { target: 1, text: "second" } }, at(5));
    expect(amendments.of("e1", 1, "ada")?.text).toBe("third");
  });

  it("nobody but its author edits or deletes it", () => {
    const amendments = new Amendments();
    amendments.take({ event: "edit", data: { target: 1, text: "forged" } }, at(5, "eve"));
    amendments.take({ event: "delete", data: { target: 1 } }, at(6, "eve"));
    expect(amendments.of("e1", 1, "ada")).toEqual({ isDeleted: false, reactions: [] });
  });

  it("a message of the guest that all of plain HTTP shares stays as it is", () => {
    const amendments = new Amendments();
    amendments.take({ event: "edit", data: { target: 1, text: "forged" } }, at(5, "guest"));
    amendments.take({ event: "delete", data: { target: 1 } }, at(6, "guest"));
    expect(amendments.of("e1", 1, "guest")).toBeUndefined();
    amendments.take({ event: "edit", data: { target: 2, text: "better" } }, at(7, "guest:c1"));
    expect(amendments.of("e1", 2, "guest:c1")?.text).toBe("better");
  });

  it("everybody reacts once with each sign, and can take it back", () => {
    const amendments = new Amendments();
    const react = (emoji: string, on: boolean, offset: number, user: string): void =>
      amendments.take({ event: "reaction", data: { target: 1, emoji, on } }, at(offset, user));
    react("👍", true, 5, "bob");
    react("👍", true, 6, "bob");
    react("👍", true, 7, "cy");
    react("❤️", true, 8, "bob");
    react("❤️", false, 9, "bob");
    react("👍", false, 4, "cy");
    expect(amendments.of("e1", 1, "ada")?.reactions).toEqual([
      { emoji: "👍", people: [who("bob"), who("cy")] },
    ]);
  });

  it("shows what is still on its way as it will be", () => {
    const liked = { isDeleted: false, reactions: [{ emoji: "👍", people: [who("bob")] }] };
    const react = (on: boolean) => ({ event: "reaction", data: { target: 1, emoji: "👍", on } }) as const;
    const both = withWish(liked, react(true), who("ada"));
    expect(both.reactions).toEqual([{ emoji: "👍", people: [who("bob"), who("ada")] }]);
    expect(withWish(both, react(false), who("ada"))).toEqual(liked);
    expect(withWish(undefined, { event: "edit", data: { target: 1, text: "new" } }, who("ada")).text).toBe(
      "new",
    );
    expect(withWish(liked, { event: "delete", data: { target: 1 } }, who("ada")).isDeleted).toBe(true);
  });

  it("a message of another life of the room is another message", () => {
    const amendments = new Amendments();
    amendments.take({ event: "delete", data: { target: 1 } }, at(5));
    expect(amendments.of("e2", 1, "ada")).toBeUndefined();
  });
});
