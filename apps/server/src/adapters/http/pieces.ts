/**
 * Owns in how many pieces (chunks of HTTP/1.1) a body may come. Each costs a call of the parser, however small, and ten thousand fit into
 * what the system hands over at once. For an address that sends so many, or sends them where nobody reads a body, the door becomes narrow.
 */
import { Readable } from "node:stream";

import type { Share } from "../../attachment.ts";
import type { Doorstep } from "../doorstep.ts";

type Asked = Pick<Share, "request">;

/** As many as a message over a WebSocket may have. A body with a Content-Length comes in a few; with chunks the sender chooses how many. */
export const MAX_PIECES = 1_024;

export const inFewPieces = (asked: Asked, doorstep: Pick<Doorstep, "offended">): Asked => ({
  request(request, response) {
    if (request.headers["transfer-encoding"] === undefined) return asked.request(request, response);
    const offended = (): void => {
      doorstep.offended(request.socket);
    };
    // Else Node would parse the body to its end, though nobody reads it, to find a next request.
    response.setHeader("Connection", "close");
    onMany(request, offended);
    const taken = asked.request(request, response);
    if (!taken || response.writableEnded) offended();
    return taken;
  },
});

type Piece = Parameters<Readable["push"]>;

function onMany(body: Pick<Readable, "push">, tell: () => void): void {
  let left = MAX_PIECES;
  body.push = function (this: Readable, ...[piece, encoding]: Piece) {
    if (piece !== null && left === 0) tell();
    else left -= 1;
    return Readable.prototype.push.call(this, piece, encoding);
  };
}
