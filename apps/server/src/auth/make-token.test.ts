import { ManualClock } from "@roomcast/hub/testing";
import { describe, expect, it } from "vitest";

import { JwtVerifier } from "./jwt.ts";
import { makeToken } from "./make-token.ts";

const clock = new ManualClock();
const SETTINGS = {
  jwtSecret: "a secret of at least thirty-two characters",
  jwtIssuer: "https://id.example",
  jwtAudience: "chat",
};
const made = (args: string, settings: Partial<typeof SETTINGS> = SETTINGS): ReturnType<typeof makeToken> =>
  makeToken(
    args.split(" "),
    { ...{ jwtIssuer: undefined, jwtAudience: undefined }, jwtSecret: undefined, ...settings },
    clock,
  );

describe("W-15 roomcast token", () => {
  it("makes one that the server takes, for as long and with the rights that were asked for", async () => {
    const token = await made("--user ada --name Ada --room chat.*=join,publish --room news=join --for 15m");
    if (!token.ok) throw new Error(token.error.join());
    expect(await new JwtVerifier(SETTINGS, clock).verify(token.value)).toMatchObject({
      ok: true,
      value: {
        ...{ user: "ada", name: "Ada", expiresAt: Math.floor(clock.now() / 1000) * 1000 + 15 * 60_000 },
        claims: { rooms: { "chat.*": ["join", "publish"], news: ["join"] } },
      },
    });
  });

  it("leaves the rooms to the settings where none is named", async () => {
    const token = await made("--user ada", { jwtSecret: SETTINGS.jwtSecret });
    if (!token.ok) throw new Error(token.error.join());
    const verified = await new JwtVerifier({ jwtSecret: SETTINGS.jwtSecret }, clock).verify(token.value);
    expect(verified).toMatchObject({ ok: true });
    expect(JSON.stringify(verified)).not.toContain("rooms");
  });

  it.each([
    ["--room a=fly --for 1w", ["--user must", "--room must", "--for must"]],
    ["--user ada --room a", ["--room must be ROOM=RIGHT"]],
    ["--user ada --until 5", ["Unknown option '--until'; roomcast token --help"]],
    ["--user", ["Option '--user <value>' argument missing; roomcast token --help"]],
    ["ada", ["Unexpected argument 'ada'"]],
    ["--user guest:ada", ["the token's subject is no user."]],
  ])("says what is wrong with %s", async (args, sentences) => {
    expect(await made(args)).toEqual({
      ok: false,
      error: sentences.map((text) => expect.stringContaining(text) as unknown),
    });
  });

  it("needs the secret", async () => {
    expect(await made("--user ada", {})).toEqual({
      ok: false,
      error: ["ROOMCAST_JWT_SECRET must be set: tokens are signed by it."],
    });
  });
});
