/** T13: what a token may try. The key set is served by a real http server that counts who asks. */
import { ManualClock } from "@roomcast/hub/testing";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { JwtVerifier } from "./jwt.ts";

const SECRET = "a secret of at least thirty-two characters";
const secretKey = new TextEncoder().encode(SECRET);
const clock = new ManualClock();
const NOW_S = clock.now() / 1000;
const keys = {
  rsa: await generateKeyPair("RS256"),
  ec: await generateKeyPair("ES256"),
  other: await generateKeyPair("RS256"),
};

let keyServer: Server;
let jwksUrl: URL;
let fetches: string[];

beforeAll(async () => {
  const set = {
    keys: [
      { ...(await exportJWK(keys.rsa.publicKey)), kid: "rsa", alg: "RS256" },
      { ...(await exportJWK(keys.ec.publicKey)), kid: "ec", alg: "ES256" },
    ],
  };
  keyServer = createServer((request, response) => {
    fetches.push(request.url ?? "");
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(set));
  });
  keyServer.listen(0, "127.0.0.1");
  await once(keyServer, "listening");
  jwksUrl = new URL(`http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`);
});
afterAll(() => {
  keyServer.closeAllConnections();
  keyServer.close();
});
beforeEach(() => {
  fetches = [];
});

const token = (claims: JWTPayload, header: Record<string, unknown> = {}): SignJWT =>
  new SignJWT(claims).setProtectedHeader({ alg: "HS256", ...header });
const bySecret = (claims: JWTPayload, header?: Record<string, unknown>): Promise<string> =>
  token(claims, header).sign(secretKey);
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a token signed with the secret", () => {
  const verifier = new JwtVerifier({ jwtSecret: SECRET }, clock);

  it("D10: names a user, with a name and an end where it says so", async () => {
    const claims = { sub: "ada", name: "Ada", exp: NOW_S + 60, role: "admin" };
    expect(await verifier.verify(await bySecret(claims))).toEqual({
      ok: true,
      value: { user: "ada", name: "Ada", expiresAt: (NOW_S + 60) * 1000, issuedAt: 0, claims },
    });
    expect(await verifier.verify(await bySecret({ sub: "bob" }))).toEqual({
      ok: true,
      value: { user: "bob", issuedAt: 0, claims: { sub: "bob" } },
    });
  });

  it("T13 P-NAME-5: a long name is cut to what others may be shown, and is well-formed", async () => {
    const verified = await verifier.verify(await bySecret({ sub: "ada", name: "x".repeat(500) }));
    expect(verified).toMatchObject({ value: { name: "x".repeat(64) } });
    const half = await verifier.verify(await bySecret({ sub: "ada", name: `${"x".repeat(63)}🙂` }));
    expect(half).toMatchObject({ value: { name: "x".repeat(63) } });
    const broken = await verifier.verify(await bySecret({ sub: "ada", name: "a\ud800" }));
    expect(broken).toMatchObject({ value: { name: "a\ufffd" } });
  });

  it.each([
    ["no subject", bySecret({ name: "Ada" })],
    ["an empty subject", bySecret({ sub: "" })],
    ["a subject that is no text", bySecret({ sub: 5 as unknown as string })],
    ["a subject that only the server gives out", bySecret({ sub: "guest:c1" })],
    ["the server's own name", bySecret({ sub: "server" })],
    ["an operator's name", bySecret({ sub: "operator" })],
    ["the application's name", bySecret({ sub: "application" })],
    ["a novel of a subject", bySecret({ sub: "x".repeat(256) })],
    ["an end that has passed", bySecret({ sub: "ada", exp: NOW_S - 1 })],
    ["a beginning to come", bySecret({ sub: "ada", nbf: NOW_S + 60 })],
    [
      "another secret",
      token({ sub: "ada" }).sign(new TextEncoder().encode("another secret, which is as long as that")),
    ],
    ["HS384, which is not the algorithm", token({ sub: "ada" }, { alg: "HS384" }).sign(secretKey)],
    ["alg none", Promise.resolve(`${part({ alg: "none" })}.${part({ sub: "ada" })}.`)],
    [
      "a critical header that nobody knows",
      Promise.resolve(`${part({ alg: "HS256", crit: ["x"], x: 1 })}.${part({ sub: "ada" })}.AAAA`),
    ],
    ["five parts, like a JWE", Promise.resolve(`${part({ alg: "dir", enc: "A256GCM" })}....`)],
    ["9 KiB", bySecret({ sub: "ada", filler: "x".repeat(9_000) })],
    ["nothing", Promise.resolve("")],
    ["dots", Promise.resolve("..")],
    ["a header of null", Promise.resolve(`${Buffer.from("null").toString("base64url")}.e30.AA`)],
  ])("T13: %s is unauthorised", async (_, made) => {
    expect(await verifier.verify(await made)).toMatchObject({ ok: false, error: { code: "unauthorised" } });
  });

  it("T2: a refusal quotes nothing of the token", async () => {
    const bad = await bySecret({ sub: "ada", exp: NOW_S - 1, marker: "byte-of-a-token" });
    const verified = await verifier.verify(bad);
    expect(verified).toMatchObject({ error: { message: "the token has expired" } });
    for (const piece of bad.split(".")) expect(JSON.stringify(verified)).not.toContain(piece);
  });
});

it("D10: the secret can be changed: what the one before has signed is good until it expires", async () => {
  const changed = new JwtVerifier({ jwtSecret: `${SECRET}, the next`, jwtOldSecret: SECRET }, clock);
  const next = new TextEncoder().encode(`${SECRET}, the next`);
  expect(await changed.verify(await bySecret({ sub: "ada" }))).toMatchObject({ ok: true });
  expect(await changed.verify(await token({ sub: "ada" }).sign(next))).toMatchObject({ ok: true });
  for (const claims of [{ sub: "ada", exp: NOW_S - 1 }, { name: "Ada" }])
    expect(await changed.verify(await bySecret(claims))).toMatchObject({ ok: false });
  const third = new TextEncoder().encode(`${SECRET}, of somebody else`);
  expect(await changed.verify(await token({ sub: "ada" }).sign(third))).toMatchObject({ ok: false });
});

describe("what a token must be for", () => {
  const verifier = new JwtVerifier(
    { jwtSecret: SECRET, jwtIssuer: "https://id.example", jwtAudience: "chat" },
    clock,
  );

  it.each([
    [{ iss: "https://id.example", aud: "chat" }, true],
    [{ iss: "https://id.example", aud: ["mail", "chat"] }, true],
    [{ iss: "https://id.example", aud: "mail" }, false],
    [{ iss: "https://evil.example", aud: "chat" }, false],
    [{ iss: "https://id.example" }, false],
    [{ aud: "chat" }, false],
  ])("T13: %j: %s", async (claims, good) => {
    expect((await verifier.verify(await bySecret({ sub: "ada", ...claims }))).ok).toBe(good);
  });
});

describe("a token signed with a private key", () => {
  it("D10: is checked by the key that it names, fetched once from the one address", async () => {
    const verifier = new JwtVerifier({ jwksUrl }, clock);
    const byRsa = await token({ sub: "ada" }, { alg: "RS256", kid: "rsa" }).sign(keys.rsa.privateKey);
    const byEc = await token({ sub: "bob" }, { alg: "ES256", kid: "ec" }).sign(keys.ec.privateKey);
    expect(await verifier.verify(byRsa)).toMatchObject({ ok: true, value: { user: "ada" } });
    expect(await verifier.verify(byEc)).toMatchObject({ ok: true, value: { user: "bob" } });
    expect(fetches).toEqual(["/keys"]);
  });

  it("T13: the public key is no secret to sign with (RS/HS confusion)", async () => {
    const spki = new TextEncoder().encode(await exportSPKI(keys.rsa.publicKey));
    const forged = await token({ sub: "root" }, { kid: "rsa" }).sign(spki);
    for (const settings of [{ jwksUrl }, { jwksUrl, jwtSecret: SECRET }]) {
      expect(await new JwtVerifier(settings, clock).verify(forged)).toMatchObject({
        error: { code: "unauthorised" },
      });
    }
  });

  it.each([
    ["a key of its own in the header", { jwk: { kty: "RSA", n: "AQAB", e: "AQAB" } }],
    ["an address of keys in the header", { jku: "http://127.0.0.1:1/evil" }],
    ["a certificate's address in the header", { x5u: "http://127.0.0.1:1/evil" }],
    ["a key that is not in the set", { kid: "../../keys" }],
  ])("T13: %s changes nothing, and makes the server ask nobody else", async (_, header) => {
    const verifier = new JwtVerifier({ jwksUrl }, clock);
    const forged = await token({ sub: "root" }, { alg: "RS256", kid: "rsa", ...header }).sign(
      keys.other.privateKey,
    );
    expect(await verifier.verify(forged)).toMatchObject({ error: { code: "unauthorised" } });
    expect(new Set(fetches)).toEqual(new Set(["/keys"]));
  });

  it("T13: keys that cannot be fetched are the server's fault, not the token's", async () => {
    const verifier = new JwtVerifier({ jwksUrl: new URL("http://127.0.0.1:1/keys") }, clock);
    const good = await token({ sub: "ada" }, { alg: "RS256", kid: "rsa" }).sign(keys.rsa.privateKey);
    expect(await verifier.verify(good)).toMatchObject({ error: { code: "internal" } });
  });
});
