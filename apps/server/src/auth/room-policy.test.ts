import { type Action, GUEST, type Identity } from "@roomcast/hub";
import { err, ok, refusal } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { RoomPolicy, type RoomRules } from "./room-policy.ts";

const RULES: RoomRules = { userRooms: { "*": ["join"] }, guestRooms: { lobby: ["join"] } };
const forbidden = (right: string): object => ({
  code: "forbidden",
  message: `not allowed: this takes the right "${right}" in that room`,
});
const FORBIDDEN = forbidden("join");
const join = (room: string) => ({ kind: "join", room }) as const;
const ADA: Identity = { user: "ada" };
const entering = (identity: Identity): Pick<RoomPolicy, "authenticate"> => ({
  authenticate: () => ok(identity),
});
const policy = (rules: Partial<RoomRules> = {}): RoomPolicy =>
  new RoomPolicy(entering(ADA), { ...RULES, ...rules });

describe("P-MAY-1 who may do what", () => {
  it("without rooms in the token it is as the settings say, of users and of guests", () => {
    const asked = policy();
    const ask: RoomPolicy["authorise"] = (identity, action) => asked.authorise(identity, action);
    expect(ask(ADA, join("anywhere"))).toBeUndefined();
    expect(ask(ADA, { kind: "history", room: "anywhere" })).toEqual(forbidden("history"));
    expect(ask(GUEST, join("lobby"))).toBeUndefined();
    expect(ask(GUEST, join("anywhere"))).toEqual(FORBIDDEN);
  });

  it("rooms of the token take the place of the settings, and do not add to them", () => {
    const bob = { user: "bob", claims: { rooms: { news: ["join"] } } };
    expect(policy().authorise(bob, join("news"))).toBeUndefined();
    expect(policy().authorise(bob, join("anywhere"))).toEqual(FORBIDDEN);
    const guest = { user: null, claims: { rooms: { news: ["join"] } } };
    expect(policy().authorise(guest, join("lobby"))).toEqual(FORBIDDEN);
  });

  it("the application's word counts more; where it has none the token's does", async () => {
    const authorize = async (user: Identity, room: string): Promise<boolean | undefined> =>
      room === "open" ? true : user.user === "ada" ? undefined : false;
    const asked = policy({ authorize });
    expect(await asked.authorise(GUEST, join("open"))).toBeUndefined();
    expect(await asked.authorise(GUEST, join("lobby"))).toEqual(FORBIDDEN);
    expect(await asked.authorise(ADA, join("lobby"))).toBeUndefined();
  });

  it("P-MAY-1: whoever may not is told which right it takes, the same of any room", () => {
    const ask = (action: Action): unknown => policy().authorise(GUEST, action);
    expect(ask({ kind: "publish", room: "lobby", event: "message" })).toEqual(forbidden("publish:message"));
    expect(ask({ kind: "publish", room: "none", event: "message" })).toEqual(forbidden("publish:message"));
    expect(ask({ kind: "direct", room: "lobby", event: "message" })).toEqual(forbidden("direct"));
  });

  it.each([null, [], "all", { "a*b": ["join"] }, { a: ["fly"] }])(
    "P-MAY-4: a token whose rooms are %j is unauthorised, and told no more than what they must be",
    async (rooms) => {
      const door = entering({ user: "ada", claims: { rooms } });
      const entered = await new RoomPolicy(door, RULES).authenticate("token");
      expect(entered).toMatchObject({ ok: false, error: { code: "unauthorised" } });
      expect(JSON.stringify(entered)).not.toContain("fly");
      // Whom the application itself has let in with such a claim is its bug.
      expect(() =>
        new RoomPolicy(door, RULES).authorise({ user: "ada", claims: { rooms } }, join("a")),
      ).toThrow(TypeError);
    },
  );

  it("who does not get in is not looked at further", async () => {
    const shut = { authenticate: () => err(refusal("unauthorised", "no")) };
    expect(await new RoomPolicy(shut, RULES).authenticate("x")).toMatchObject({ error: { message: "no" } });
  });
});
