/**
 * Owns the WebSockets below Engine.IO: those of our own ws, bounded like those of the native protocol, whatever version
 * engine.io brings; and the way from one to its TCP socket.
 */
import type { Transport } from "engine.io";
import { CLOSE_TIMEOUT_MS } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer, type ServerOptions } from "ws";

import { readInSlices } from "../slices.ts";

const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1024;

export class EngineWebSocket extends WebSocket {
  tcp?: Duplex;
  onEnding?: () => void;

  /** By ws itself too, when it is the peer that closes. */
  override close(code?: number, reason?: string | Buffer): void {
    this.onEnding?.();
    super.close(code, reason);
  }
}

type Opened = (socket: EngineWebSocket, request: IncomingMessage) => void;

/** What engine.io makes its sockets with; it says the rest of the options. */
export class EngineWebSocketServer extends WebSocketServer<typeof EngineWebSocket> {
  constructor(options: ServerOptions<typeof EngineWebSocket>) {
    const bounds = {
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    super({ ...options, ...bounds, WebSocket: EngineWebSocket });
  }

  override handleUpgrade(request: IncomingMessage, tcp: Duplex, head: Buffer, opened: Opened): void {
    super.handleUpgrade(request, tcp, head, (socket) => {
      socket.tcp = tcp;
      readInSlices(tcp);
      opened(socket, request);
    });
  }
}

/** undefined where the transport is no WebSocket. */
export function webSocketOf(transport: Transport): EngineWebSocket | undefined {
  // engine.io keeps it under this name, and tells nobody.
  return transport.name === "websocket"
    ? (transport as unknown as { socket: EngineWebSocket }).socket
    : undefined;
}
