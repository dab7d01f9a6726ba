/** Owns the tokens of members who are somebody: with one, a user stays the same whatever becomes of the session. */
import { createHmac } from "node:crypto";

export const JWT_SECRET = "a secret of 32 bytes or more, for chaos only";

export function tokenOf(user: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user, exp: 4_102_444_800 })}`;
  return `${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}
