/** Owns the one way by which a token comes with a request: `Authorization: Bearer`. Never in a URL. */
import { MAX_TOKEN_LENGTH } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** undefined: no Authorization header. null: one that holds no bearer token. */
export function bearerToken(request: IncomingMessage): string | undefined | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const [, token] = BEARER.exec(authorization) ?? [];
  return token === undefined || token.length > MAX_TOKEN_LENGTH ? null : token;
}
