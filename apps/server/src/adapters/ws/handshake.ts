/** Owns what the handshake of an upgrade must say, and how one is refused: in plain HTTP, with a body to read. */
import { type Refusal, refusal, statusOf, SUBPROTOCOL } from "@roomcast/protocol";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { errorBody } from "../error-body.ts";
import { SECURITY_HEADERS } from "../security-headers.ts";
import { answerHeaders } from "../http/answer.ts";

/** What is wrong with the request, or undefined. The handshake's own headers are for ws to judge. */
export function handshakeFault(request: IncomingMessage): Refusal | undefined {
  const offered = request.headers["sec-websocket-protocol"];
  if (offered === undefined || offered.split(",").some((name) => name.trim() === SUBPROTOCOL))
    return undefined;
  return refusal("protocol_unsupported", `offer the subprotocol ${SUBPROTOCOL}, or none`);
}

/** Answers the request and ends its socket, whether or not the peer reads the answer. */
export function refuseUpgrade(socket: Duplex, why: Refusal): void {
  const status = statusOf(why);
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
      ...Object.entries({ ...SECURITY_HEADERS, ...answerHeaders(why, status) }).map(
        ([name, value]) => `${name}: ${String(value)}`,
      ),
      "",
      body,
    ].join("\r\n"),
  );
}
