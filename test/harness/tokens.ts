/** Owns tokens as an application's own login would make them: HS256, by the one secret of the tests. */
import { createHmac } from "node:crypto";

export const JWT_SECRET = "a secret of 32 bytes or more, for tests only";

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export function tokenOf(user: string, claims: object = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user, iat, ...claims })}`;
  return `${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}
