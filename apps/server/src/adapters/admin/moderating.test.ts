/** /v1/admin/moderation over real HTTP: operators everywhere, moderators in their rooms, nobody else, and each act in the audit. */
import { SignJWT } from "jose";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { RoomcastServer } from "../../roomcast-server.ts";
import { createServer } from "../../server.ts";

const SECRET = "a secret of at least thirty-two characters";
const ADMIN = "an-admin-token-of-32-characters0";
const folder = mkdtempSync(join(tmpdir(), "roomcast-moderating-"));
const auditFile = join(folder, "audit.jsonl");

const tokenOf = (user: string, rooms: object): Promise<string> =>
  new SignJWT({ rooms })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user)
    .sign(new TextEncoder().encode(SECRET));
const tokens = {
  operator: ADMIN,
  moderator: await tokenOf("mod", { "chat.*": ["join", "moderate"] }),
  admin: await tokenOf("adm", { "chat.a": ["admin"] }),
  member: await tokenOf("ada", { "*": ["join", "publish"] }),
  flooder: await tokenOf("flo", { "*": ["join"] }),
  forged: `${await tokenOf("mod", { "*": ["moderate"] })}x`,
};

let server: RoomcastServer;
beforeAll(async () => {
  const settings = { store: "memory", log: "silent", port: 0, host: "127.0.0.1" } as const;
  server = await createServer({ ...settings, auditFile, jwtSecret: SECRET, adminToken: ADMIN });
  await server.listen();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  for (const { kind, user, room } of server.sanctions()) {
    if (kind !== "revoke") await server.moderate({ act: `un${kind}`, user, ...(room !== null && { room }) });
  }
});

type Who = keyof typeof tokens | "nobody";

async function ask(
  who: Who,
  body?: object,
  path = "",
  headers: object = {},
): Promise<{ status: number; json: object }> {
  const answer = await fetch(`${server.url}/v1/admin/moderation${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(who !== "nobody" && { authorization: `Bearer ${tokens[who]}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as object };
}

const audited = (): Record<string, unknown>[] =>
  readFileSync(auditFile, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const BAN = { act: "ban", user: "mallory" } as const;

describe("H-ADMIN-MODERATE who", () => {
  it.each<[Who, object, number]>([
    ["operator", BAN, 200],
    ["operator", { ...BAN, room: "elsewhere" }, 200],
    ["moderator", { ...BAN, room: "chat.a" }, 200],
    ["moderator", { ...BAN, room: "elsewhere" }, 403],
    ["moderator", BAN, 403],
    ["moderator", { act: "revoke", user: "mallory" }, 403],
    ["admin", { ...BAN, room: "chat.a" }, 200],
    ["admin", { ...BAN, room: "chat.b" }, 403],
    ["member", { ...BAN, room: "chat.a" }, 403],
    ["forged", { ...BAN, room: "chat.a" }, 401],
    ["nobody", { ...BAN, room: "chat.a" }, 401],
    ["nobody", { act: "fly" }, 401],
  ])("%s: %j: %i", async (who, body, status) => {
    expect((await ask(who, body)).status).toBe(status);
    expect(server.sanctions()).toHaveLength(status === 200 ? 1 : 0);
  });

  it("no page of another origin, whatever it brings", async () => {
    const foreign = { origin: "https://evil.example" };
    expect((await ask("operator", BAN, "", foreign)).status).toBe(403);
    expect((await ask("moderator", { ...BAN, room: "chat.a" }, "", foreign)).status).toBe(403);
  });

  it("H-8: a refused act costs ten: who asks on is told so, and fills no audit; nobody else is kept from asking", async () => {
    const before = audited().length;
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 600 }, () => ask("flooder", { ...BAN, room: "chat.a" })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused[0]?.json).toMatchObject({
      error: { code: "overloaded", retryAfterMs: expect.any(Number) as number },
    });
    const lines = audited().length - before;
    expect(lines).toBe(answers.length - refused.length);
    // What two seconds bring at once, and what came in meanwhile.
    expect(lines).toBeLessThanOrEqual(11 + (5 * (performance.now() - begun)) / 1000);
    expect((await ask("moderator", { ...BAN, room: "chat.a" })).status).toBe(200);
  });
});

describe("H-ADMIN-MODERATE what", () => {
  it("what an operator or the application has imposed no moderator lifts or replaces; its own it does", async () => {
    const mute = { act: "mute", user: "mod", room: "chat.a" };
    await ask("operator", mute);
    await server.moderate({ ...BAN, room: "chat.a", reason: "kept" });
    expect((await ask("moderator", { ...mute, act: "unmute" })).status).toBe(403);
    expect((await ask("moderator", { ...BAN, room: "chat.a", forMs: 1_000 })).status).toBe(403);
    expect(server.sanctions()).toMatchObject([{ by: "operator" }, { reason: "kept", until: null }]);
    expect((await ask("moderator", { ...mute, user: "eve" })).status).toBe(200);
    expect((await ask("moderator", { act: "unmute", user: "eve", room: "chat.a" })).status).toBe(200);
  });

  it("is kept with who did it, why and until when, and shown to an operator whole, to a moderator of its room", async () => {
    await ask("operator", { ...BAN, reason: "everywhere" });
    await ask("moderator", { act: "mute", user: "eve", room: "chat.a", reason: "loud", forMs: 60_000 });
    const { json } = await ask("operator");
    expect(json).toMatchObject({
      sanctions: [
        { kind: "ban", user: "mallory", room: null, reason: "everywhere", by: "operator", until: null },
        {
          kind: "mute",
          user: "eve",
          room: "chat.a",
          reason: "loud",
          by: "mod",
          until: expect.any(Number) as number,
        },
      ],
    });
    expect((await ask("moderator", undefined, "?room=chat.a")).json).toMatchObject({
      sanctions: [{ user: "eve" }],
    });
    expect((await ask("moderator")).status).toBe(403);
    expect((await ask("moderator", { act: "unmute", user: "eve", room: "chat.a" })).json).toEqual({
      affected: 1,
    });
  });

  it.each([
    [{ user: "mallory" }, "act"],
    [{ act: "fly", user: "mallory" }, "act"],
    [{ act: "ban" }, "user"],
    [{ ...BAN, room: "a b" }, "room"],
    [{ ...BAN, until: "soon" }, "until"],
    [{ ...BAN, forMs: 0 }, "forMs"],
    [{ ...BAN, rooms: "chat.a" }, "rooms"],
    [{ ...BAN, for: "1m" }, "for"],
    [{ ...BAN, until: 2 ** 42, forMs: 60_000 }, "forMs"],
    [{ act: "kick", user: "mallory", forMs: 60_000 }, "act"],
    [{ ...BAN, reason: "x".repeat(61) }, "reason"],
  ])("%j is a bad_message that names %s", async (body, field) => {
    const { status, json } = await ask("operator", body);
    expect(status).toBe(400);
    expect(json).toMatchObject({
      error: { code: "bad_message", message: expect.stringMatching(`^${field}: `) as string },
    });
    expect(server.sanctions()).toEqual([]);
  });

  it("whom it hits reads over HTTP what was imposed, until when and why, in fields", async () => {
    await ask("operator", { act: "mute", user: "ada", reason: "loud", until: 2 ** 42 });
    const said = await fetch(`${server.url}/v1/rooms/r/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokens.member}`, "content-type": "application/json" },
      body: JSON.stringify({ event: "message", data: { text: "hi" } }),
    });
    expect(await said.json()).toMatchObject({
      error: { code: "forbidden", imposed: { what: "muted", until: 2 ** 42, reason: "loud" } },
    });
  });

  it("a field that is not there is said to be missing", async () => {
    const { json } = await ask("operator", { act: "mute" });
    expect(json).toMatchObject({ error: { message: "user: is missing" } });
  });

  it("what the list shows of an act may be sent again: null is no room, and no end", async () => {
    expect((await ask("operator", { ...BAN, room: null, until: null })).status).toBe(200);
    expect(server.sanctions()).toMatchObject([{ room: null, until: null }]);
  });

  it("H-ADMIN-AUDIT: each act is in the audit, done or refused, with who, whom, where, why and until when", async () => {
    const before = audited().length;
    await ask("moderator", { act: "mute", user: "eve", room: "chat.a", reason: "loud", until: 2 ** 42 });
    await ask("member", { ...BAN, room: "chat.a" });
    await server.moderate({ act: "kick", user: "eve" });
    const remote = "127.0.0.1";
    expect(audited().slice(before)).toMatchObject([
      {
        act: "mute",
        as: "moderator",
        by: "mod",
        remote,
        user: "eve",
        room: "chat.a",
        reason: "loud",
        until: 2 ** 42,
      },
      {
        act: "ban",
        as: "moderator",
        by: "ada",
        remote,
        user: "mallory",
        room: "chat.a",
        refused: "forbidden",
      },
      { act: "kick", as: "application", user: "eve" },
    ]);
    for (const token of Object.values(tokens)) expect(readFileSync(auditFile, "utf8")).not.toContain(token);
  });
});
