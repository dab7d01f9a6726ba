import { ManualClock } from "@roomcast/hub/testing";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";

import { DEFAULTS, type Settings } from "../config/settings.ts";
import { openPolicy } from "./open-policy.ts";

const SECRET = "a secret of at least thirty-two characters";
const clock = new ManualClock();
const good = await new SignJWT({ sub: "ada" })
  .setProtectedHeader({ alg: "HS256" })
  .sign(new TextEncoder().encode(SECRET));

async function opened(
  settings: Partial<Settings>,
  hooked = false,
): Promise<{ guest: boolean; user: boolean; impostor: boolean; warnings: readonly string[] }> {
  const { policy, warnings } = await openPolicy({ ...DEFAULTS, ...settings }, clock, { hooked });
  const enters = async (token?: string): Promise<boolean> => (await policy.authenticate(token)).ok;
  return { guest: await enters(), user: await enters(good), impostor: await enters(`${good}x`), warnings };
}

describe("who gets in", () => {
  it("W-12: without token settings everybody does, and the log says so and how to close the door", async () => {
    expect(await opened({})).toEqual({
      ...{ guest: true, user: true, impostor: true },
      warnings: [
        expect.stringMatching(/door is open.*ROOMCAST_JWT_SECRET.*ROOMCAST_JWKS_URL.*ROOMCAST_GUESTS/),
      ],
    });
  });

  it("D10 W-12: with token settings only whoever brings a good token", async () => {
    expect(await opened({ jwtSecret: SECRET })).toEqual({
      guest: false,
      user: true,
      impostor: false,
      warnings: [],
    });
  });

  it("W-12: guests may be let in besides, but a bad token is no guest", async () => {
    expect(await opened({ jwtSecret: SECRET, guests: "allow" })).toEqual({
      guest: true,
      user: true,
      impostor: false,
      warnings: [],
    });
  });

  it("W-12: guests denied and no way to check a token keeps everybody out, and the log says so", async () => {
    expect(await opened({ guests: "deny" })).toEqual({
      ...{ guest: false, user: false, impostor: false },
      warnings: [expect.stringContaining("Nobody can enter")],
    });
  });

  it("W-HOOK W-12: an application that knows its users by itself keeps guests out unless they are let in", async () => {
    const door = { user: false, impostor: false, warnings: [] };
    expect(await opened({}, true)).toEqual({ ...door, guest: false });
    expect(await opened({ guests: "allow" }, true)).toMatchObject({ guest: true, warnings: [] });
  });

  it("W-12: the operator is told why tokens come to nothing, once a minute each, and nothing of the token", async () => {
    const told: string[] = [];
    const tell = (text: string): number => told.push(text);
    const now = new ManualClock();
    const closed = { ...DEFAULTS, jwtSecret: `${SECRET}, another`, jwtIssuer: "us" };
    const { policy } = await openPolicy(closed, now, { tell });
    for (const token of [good, good, "garbage"]) await policy.authenticate(token);
    expect(told).toEqual([
      "A token was refused: the secret or key of this server is not the one that signed it.",
      "A token was refused: it is not a JSON Web Token that can be read.",
    ]);
    now.advance(60_000);
    await policy.authenticate(good);
    expect(told).toHaveLength(3);
    const issued = await openPolicy({ ...closed, jwtSecret: SECRET }, now, { tell });
    await issued.policy.authenticate(good);
    expect(told.at(-1)).toBe(
      "A token was refused: its claim iss is missing, or not as the settings have it.",
    );
    const open = await openPolicy(DEFAULTS, now, { tell });
    await open.policy.authenticate(good);
    expect(told.at(-1)).toMatch(/^A token came, and nothing by which to check it is set/);
    await (await openPolicy(DEFAULTS, now, { tell, hooked: true })).policy.authenticate(good);
    expect(told).toHaveLength(5);
  });

  it("T13: a secret that can be guessed is warned of", async () => {
    expect((await opened({ jwtSecret: "short" })).warnings).toEqual([
      expect.stringContaining("ROOMCAST_JWT_SECRET is short"),
    ]);
  });
});
