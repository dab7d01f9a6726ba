/** Owns how an answer of the API goes out: JSON of a known length, and never sniffed or cached. */
import { ERROR_CODES, type Refusal, type Result, statusOf } from "@roomcast/protocol";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

import { SECURITY_HEADERS } from "../security-headers.ts";
import { errorBody } from "../error-body.ts";
import { isReadNoMore } from "../slices.ts";

export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** Seconds, for a refusal that can be repeated but does not say when. */
const RETRY_AFTER_S = 1;

/** @param status where HTTP has one that says more than the code's own. */
export function refused(refusal: Refusal, status: number = statusOf(refusal)): Answer {
  return { status, body: errorBody(refusal), headers: answerHeaders(refusal, status) };
}

/** What a refusal says to whoever reads no body. */
export function answerHeaders({ code, retryAfterMs }: Refusal, status: number): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (status === 401) headers["WWW-Authenticate"] = "Bearer";
  if (ERROR_CODES[code].retry === "same_id" || retryAfterMs !== undefined) {
    headers["Retry-After"] = Math.max(RETRY_AFTER_S, Math.ceil((retryAfterMs ?? 0) / 1000));
  }
  return headers;
}

/** @param print makes the JSON of what was asked for. */
export function answer<Value>(result: Result<Value, Refusal>, print: (value: Value) => string): Answer {
  return result.ok ? { status: 200, body: print(result.value) } : refused(result.error);
}

export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    ...SECURITY_HEADERS,
    ...headers,
    ...(isReadNoMore(response.req.socket) && { Connection: "close" }),
  });
  // Node leaves the body out where the request was a HEAD.
  response.end(body);
}
