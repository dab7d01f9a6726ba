/** Tokens, against another check of an HS256 signature: whatever is let in was signed by the secret. */
import { ok, type Result } from "@roomcast/protocol";
import { createHmac } from "node:crypto";

import { JwtVerifier } from "../../../src/auth/jwt.ts";
import { NodeClock } from "../../../src/node-clock.ts";
import { spoil } from "../mutate.ts";
import { Disagreement, type Target } from "../target.ts";

const SECRET = "a secret of 32 bytes or more, for fuzzing";
const HEADERS = [
  '{"alg":"HS256"}',
  ...['{"alg":"HS256","typ":"JWT"}', '{"alg":"none"}', '{"alg":"RS256"}', '{"alg":"HS512"}'],
  ...[
    '{"alg":"HS256","kid":"../x"}',
    '{"alg":"HS256","crit":["x"],"x":1}',
    '{"alg":"HS256","jku":"http://127.0.0.1:1/"}',
  ],
  '{"alg":"HS256","b64":false,"crit":["b64"]}',
] as [string, ...string[]];
const CLAIMS = [
  ...[
    '{"sub":"ada"}',
    '{"sub":"ada","exp":4102444800}',
    '{"sub":"ada","exp":1}',
    '{"sub":"ada","nbf":4102444800}',
  ],
  ...['{"sub":"guest:x"}', '{"sub":5}', "{}", '{"sub":"ada","name":"Ada","__proto__":{"x":1}}'],
] as [string, ...string[]];

const verifier = new JwtVerifier({ jwtSecret: SECRET }, new NodeClock());
const base64url = (text: string): string => Buffer.from(text).toString("base64url");
const sealOf = (signed: string): string => createHmac("sha256", SECRET).update(signed).digest("base64url");

export const jwt: Target = {
  make(chance) {
    const half = (text: string): string => (chance.below(2) === 0 ? text : spoil(text, chance));
    const [header, claims] = [half(chance.pick(HEADERS)), half(chance.pick(CLAIMS))];
    const signed = `${base64url(header)}.${base64url(claims)}`;
    const token = `${signed}.${chance.below(3) === 0 ? base64url("x".repeat(chance.below(40))) : sealOf(signed)}`;
    return Buffer.from(chance.below(3) === 0 ? spoil(token, chance) : token);
  },
  async take(input) {
    const token = input.toString();
    const ours: Result<unknown, { readonly code: string }> = await verifier.verify(token);
    if (!ours.ok) return [ours.error.code];
    const at = token.lastIndexOf(".");
    // The last character of a seal has bits that mean nothing.
    const seal = Buffer.from(token.slice(at + 1), "base64url").toString("base64url");
    if (seal !== sealOf(token.slice(0, at))) throw new Disagreement(token, ok("let in"), "not sealed");
    return [];
  },
};
