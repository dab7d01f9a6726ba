/**
 * Owns who is an operator: whoever brings the admin token, or, where none is set, whoever sits at the server's own machine.
 * Never a page of another origin, in whosever browser it runs.
 */
import { type Refusal, refusal } from "@roomcast/protocol";
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { bearerToken } from "../bearer.ts";
import { isLoopbackName, isSame, parseOrigin } from "../origins.ts";
import { isLocal } from "../peer-address.ts";
import { requestTarget } from "../request-target.ts";

export interface OperatorRules {
  /** Then nobody gets in without it, not even from the server's own machine. */
  readonly token: string | undefined;
  /** Whether requests of this machine are trusted where no token is set. */
  readonly trustsLoopback: boolean;
}

/** Why the request is none of an operator; undefined when it is one. */
export function notOperator(
  request: IncomingMessage,
  { token, trustsLoopback }: OperatorRules,
): Refusal | undefined {
  if (isFromElsewhere(request)) return refusal("forbidden", "pages of another origin may not ask this");
  if (token !== undefined) {
    const given = bearerToken(request);
    if (typeof given === "string" && isEqual(given, token)) return undefined;
    return refusal("unauthorised", "the admin token is needed");
  }
  // Who may not ask is not told that there is something to ask.
  return trustsLoopback && isAtThisMachine(request) ? undefined : refusal("not_found");
}

/** Allowed origins are those of pages that may take part in rooms, which says nothing of this. */
function isFromElsewhere(request: IncomingMessage): boolean {
  const { origin, "sec-fetch-site": site = "none" } = request.headers;
  if (site !== "same-origin" && site !== "none") return true;
  if (origin === undefined) return false;
  const url = parseOrigin(origin);
  return url === undefined || !isSame(url, requestTarget(request).authority);
}

/**
 * A name that was made to lead here (DNS rebinding) still stands in Host, as the public name does behind a proxy that
 * passes it on. One that does not may speak HTTP/1.0, as nginx does unless it is told otherwise.
 */
function isAtThisMachine(request: IncomingMessage): boolean {
  const host = URL.parse(`http://${requestTarget(request).authority}`)?.hostname ?? "";
  return isLocal(request) && isLoopbackName(host) && request.httpVersion === "1.1";
}

/** In the same time wherever the two differ, and whatever their lengths. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
