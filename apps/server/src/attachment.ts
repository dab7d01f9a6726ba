/**
 * Owns how Roomcast shares an http server with whatever else listens on it: it takes the requests and upgrades that
 * are its own before any other listener hears of them, and no other at all.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

export interface Share {
  /** @returns whether the request was taken. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/**
 * Events are taken where they are emitted, because a listener cannot stop the others from hearing: an Express app
 * would answer 404 to what is not its own, and a `WebSocketServer` with another path would end the socket.
 * @returns how to let go of the server again.
 */
export function attach(server: Server, share: Share): () => void {
  let attached = true;
  const emit = server.emit.bind(server) as (event: string | symbol, ...values: unknown[]) => boolean;
  const taken = (event: string | symbol, values: unknown[]): boolean => {
    if (!attached) return false;
    if (event === "request") return share.request(...(values as [IncomingMessage, ServerResponse]));
    if (event === "upgrade") return share.upgrade(...(values as [IncomingMessage, Duplex, Buffer]));
    return false;
  };
  server.emit = (event: string | symbol, ...values: unknown[]) =>
    taken(event, values) || emit(event, ...values);
  // Node reports upgrades only to a server that has a listener for them.
  server.on("upgrade", refuseOrphan);
  return () => {
    attached = false;
    server.off("upgrade", refuseOrphan);
  };
}

/** An upgrade that nobody else listens for would stay open, unanswered. */
function refuseOrphan(this: Server, _request: IncomingMessage, socket: Duplex): void {
  if (this.listenerCount("upgrade") > 1) return;
  socket.on("error", () => {});
  socket.once("finish", () => {
    socket.destroy();
  });
  socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}
