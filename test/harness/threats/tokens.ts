/** Owns tokens, right ones and forged ones, made by hand: no library would make them. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";

export const SECRET = "a secret of 32 bytes or more, for threats";

const part = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const hmac = (text: string, secret: string, hash = "sha256"): string =>
  createHmac(hash, secret).update(text).digest("base64url");

const GOOD = { sub: "ada", iss: "https://id.example", aud: "chat", exp: 4_102_444_800 };

function made(
  claims: object,
  header: object = {},
  signature: (text: string) => string = (text) => hmac(text, SECRET),
): string {
  const text = `${part({ alg: "HS256", typ: "JWT", ...header })}.${part(claims)}`;
  return `${text}.${signature(text)}`;
}

export const tokenFor = (user: string, claims: object = {}): string =>
  made({ ...GOOD, sub: user, ...claims });

const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = own.publicKey.export({ type: "spki", format: "pem" });
const byOwnKey = (text: string): string =>
  sign("sha256", Buffer.from(text), own.privateKey).toString("base64url");

/** @param lure an address that nobody may ask. */
export function forgedTokens(lure: string): readonly (readonly [name: string, token: string])[] {
  const jwk = own.publicKey.export({ format: "jwk" });
  const good = tokenFor("ada");
  const [head = "", body = "", seal = ""] = good.split(".");
  return [
    ["alg none", `${part({ alg: "none" })}.${part(GOOD)}.`],
    ["alg None", `${part({ alg: "None" })}.${part(GOOD)}.${seal}`],
    ["no alg", `${part({ typ: "JWT" })}.${body}.${seal}`],
    ["another secret", made(GOOD, {}, (text) => hmac(text, "another secret, of as many bytes as that"))],
    ["the empty secret", made(GOOD, {}, (text) => hmac(text, ""))],
    ["a public key as the secret", made(GOOD, {}, (text) => hmac(text, pem))],
    ["RS256 by a key of its own", made(GOOD, { alg: "RS256" }, byOwnKey)],
    ["the key in the header", made(GOOD, { alg: "RS256", jwk }, byOwnKey)],
    ["the address of the key in the header", made(GOOD, { alg: "RS256", jku: lure, kid: "k" }, byOwnKey)],
    ["a certificate's address", made(GOOD, { alg: "RS256", x5u: lure }, byOwnKey)],
    ["a kid that is a path", made(GOOD, { kid: "../../../dev/null" }, (text) => hmac(text, ""))],
    ["HS512", made(GOOD, { alg: "HS512" }, (text) => hmac(text, SECRET, "sha512"))],
    ["a critical header", made(GOOD, { crit: ["x"], x: 1 })],
    ["another issuer", made({ ...GOOD, iss: "https://evil.example" })],
    ["another audience", made({ ...GOOD, aud: "mail" })],
    ["expired", made({ ...GOOD, exp: 1_000_000_000 })],
    ["not yet valid", made({ ...GOOD, nbf: 4_102_444_799 })],
    ["no subject", made({ ...GOOD, sub: undefined })],
    ["a changed claim", `${head}.${part({ ...GOOD, sub: "root" })}.${seal}`],
    ["no signature", `${head}.${body}.`],
    ["a JWE", `${part({ alg: "dir", enc: "A256GCM" })}..${part("iv")}.${part("text")}.${part("tag")}`],
    ["9 KiB", made({ ...GOOD, filler: "x".repeat(9_000) })],
    ["a header of null", `${part("null")}.${body}.${seal}`],
    ["no token at all", "x"],
  ];
}
