/** Owns what is asked of an upgrade before the 101, and how one is refused: in plain HTTP, with a body to read. */
import { ERROR_CODES, type Refusal, refusal, SUBPROTOCOL } from "@roomcast/protocol";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { errorBody } from "../error-body.ts";
import type { Origins } from "../origins.ts";

/** What is wrong with the request, or undefined. The handshake's own headers are for ws to judge. */
export function handshakeFault(request: IncomingMessage, origins: Origins): Refusal | undefined {
  if (!origins.allowsSocket(request)) {
    const { origin } = request.headers;
    const why =
      origin === undefined
        ? "a request without an Origin needs a bearer token, or must come from this machine"
        : "pages of this origin may not connect";
    return refusal("forbidden", why);
  }
  const offered = request.headers["sec-websocket-protocol"];
  if (offered === undefined || offered.split(",").some((name) => name.trim() === SUBPROTOCOL))
    return undefined;
  return refusal("protocol_unsupported", `offer the subprotocol ${SUBPROTOCOL}, or none`);
}

/** Answers the request and ends its socket, whether or not the peer reads the answer. */
export function refuseUpgrade(socket: Duplex, why: Refusal): void {
  const { status } = ERROR_CODES[why.code];
  const body = errorBody(why);
  socket.on("error", () => {});
  socket.once("finish", () => {
    socket.destroy();
  });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "Connection: close",
      "Content-Type: application/json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === 401 ? ["WWW-Authenticate: Bearer"] : []),
      "",
      body,
    ].join("\r\n"),
  );
}
