/** Owns what pages of other origins may do with the API (CORS): the allowed ones all of it, the others nothing. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Origins } from "../origins.ts";
import { SECURITY_HEADERS } from "../security-headers.ts";

const PREFLIGHT_MAX_AGE_S = 600;
const HEADERS = [
  ...["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
  ...["Roomcast-Connection", "Roomcast-Batch", "Roomcast-Close"],
].join(", ");

/** Lets pages of the allowed origins read the answer. */
export function allowReading(request: IncomingMessage, response: ServerResponse, origins: Origins): void {
  response.setHeader("Vary", "Origin");
  const { origin } = request.headers;
  if (origin === undefined || !origins.allows(request)) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "Retry-After");
}

/** The answer to a browser that asks first. */
export function preflight(response: ServerResponse, methods: string): void {
  if (response.hasHeader("Access-Control-Allow-Origin")) {
    response.setHeader("Access-Control-Allow-Methods", methods);
    response.setHeader("Access-Control-Allow-Headers", HEADERS);
    response.setHeader("Access-Control-Max-Age", PREFLIGHT_MAX_AGE_S);
  }
  response.writeHead(204, { ...SECURITY_HEADERS, Allow: methods }).end();
}
