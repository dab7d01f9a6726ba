import type { Action } from "@roomcast/hub";
import { describe, expect, it } from "vitest";

import { checkGrants, type Grants, parseGrants } from "./grants.ts";
import { Permissions } from "./permissions.ts";

const publish = (room: string, event: string): Action => ({ kind: "publish", room, event });
const join = (room: string): Action => ({ kind: "join", room });
const may = (grants: Grants, action: Action): boolean => new Permissions(grants).allow(action);

describe("P-MAY-4 what a claim grants", () => {
  it.each<[string, Grants, Action, boolean]>([
    ["a room by name", { "chat.a": ["join"] }, join("chat.a"), true],
    ["and no other", { "chat.a": ["join"] }, join("chat.ab"), false],
    ["rooms by how they begin", { "chat.*": ["join"] }, join("chat.a"), true],
    ["also with nothing behind it", { "chat.*": ["join"] }, join("chat."), true],
    ["and no others", { "chat.*": ["join"] }, join("chat"), false],
    ["all rooms", { "*": ["join"] }, join("x"), true],
    ["a dot is a dot", { "a.b": ["join"] }, join("aXb"), false],
    ["nothing in a room that is not named", { a: ["join"] }, join("b"), false],
    ["nothing by no rights", { a: [] }, join("a"), false],
    ["the name counts more than a beginning", { "*": ["join"], a: [] }, join("a"), false],
    ["a long beginning more than a short one", { "a*": ["join"], "a.b*": [] }, join("a.bc"), false],
    ["in whatever order they stand", { "a.b*": [], "a*": ["join"] }, join("a.bc"), false],
    ["one right is not another", { "*": ["join"] }, { kind: "history", room: "a" }, false],
    ["every event", { "*": ["publish"] }, publish("a", "message"), true],
    ["one event", { "*": ["publish:chat.message"] }, publish("a", "chat.message"), true],
    ["and no other", { "*": ["publish:chat.message"] }, publish("a", "chat.edit"), false],
    ["events by how they begin", { "*": ["publish:chat.*"] }, publish("a", "chat.edit"), true],
    ["several of them", { "*": ["publish:a", "publish:b"] }, publish("r", "b"), true],
    [
      "direct with the event",
      { "*": ["direct", "publish:a"] },
      { kind: "direct", room: "r", event: "a" },
      true,
    ],
    ["and not without", { "*": ["direct"] }, { kind: "direct", room: "r", event: "a" }, false],
    ["nor the event without it", { "*": ["publish"] }, { kind: "direct", room: "r", event: "a" }, false],
    ["admin is all of it", { "*": ["admin"] }, { kind: "direct", room: "r", event: "a" }, true],
    ["moderating too", { "*": ["admin"] }, { kind: "moderate", room: "r" }, true],
    ["which a member may not", { "*": ["join", "publish"] }, { kind: "moderate", room: "r" }, false],
    ["names like those of a prototype", { a: ["join"] }, join("constructor"), false],
  ])("%s", (_, grants, action, allowed) => {
    expect(may(grants, action)).toBe(allowed);
  });

  it.each([
    ["a list", ["join"]],
    ["null", null],
    ["a text", "join"],
    ["a star in the middle", { "a*b": ["join"] }],
    ["two stars", { "**": ["join"] }],
    ["no room", { "": ["join"] }],
    ["a room that is none", { "a b": ["join"] }],
    ["a room that is too long", { ["x".repeat(129)]: ["join"] }],
    ["a right that is none", { a: ["fly"] }],
    ["a right in capitals", { a: ["Join"] }],
    ["an event that is none", { a: ["publish:Message"] }],
    ["no event", { a: ["publish:"] }],
    ["one right for a list", { a: "join" }],
    ["a right that is no text", { a: [1] }],
  ])("%s is refused", (_, value) => {
    expect(checkGrants(value)).toMatchObject({ ok: false });
  });

  it("the same as text", () => {
    expect(parseGrants("chat.* = join, publish:message ; news=join")).toEqual({
      ok: true,
      value: { "chat.*": ["join", "publish:message"], news: ["join"] },
    });
    expect(parseGrants("news=")).toEqual({ ok: true, value: { news: [] } });
    for (const text of ["", "news", "a=b=c", "a=fly", "a b=join", "a=join;"])
      expect(parseGrants(text)).toMatchObject({ ok: false });
  });
});
