/** Owns the address of the socket: what a person may write, and what is dialled. */

import type { Transport } from "./status.ts";

const PATH = "/v1/ws";
const STREAM_PATH = "/v1/sse";

/**
 * "ws(s)://…" or "http(s)://…", with or without /v1/ws, which is added to any other path; with an origin also "", "/" or a path.
 * @throws on anything else: a bug in the application, found at start.
 */
export function endpointOf(url: string, origin: string | undefined): string {
  const endpoint = URL.parse(url, origin);
  if (endpoint === null)
    throw new TypeError(`"${url}" is no URL${origin === undefined ? ", and there is no page" : ""}`);
  switch (endpoint.protocol) {
    case "http:":
      endpoint.protocol = "ws:";
      break;
    case "https:":
      endpoint.protocol = "wss:";
      break;
    case "ws:":
    case "wss:":
      break;
    default:
      throw new TypeError(`"${url}" begins with none of ws, wss, http, https`);
  }
  const path = endpoint.pathname.replace(/\/$/, "");
  endpoint.pathname = path.endsWith(PATH) ? path : path + PATH;
  endpoint.hash = "";
  return endpoint.href;
}

/** Where each transport of a socket's address goes. */
export function endpointsOf(url: string, origin: string | undefined): Record<Transport, string> {
  const ws = endpointOf(url, origin);
  const sse = new URL(ws);
  sse.protocol = sse.protocol === "wss:" ? "https:" : "http:";
  sse.pathname = sse.pathname.slice(0, -PATH.length) + STREAM_PATH;
  return { ws, sse: sse.href };
}
