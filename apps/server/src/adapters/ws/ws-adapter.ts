/** Owns the WebSockets of `/v1/ws`: who gets one, and what bounds it in size, time and number. Knows the hub by `accept` alone. */
import { type Clock, type Hub, type Identity, isPromise } from "@roomcast/hub";
import {
  CLOSE_TIMEOUT_MS,
  MAX_MESSAGE_BYTES,
  PONG_TIMEOUT_MS,
  err,
  type Refusal,
  type Result,
  SUBPROTOCOL,
} from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Server, type ServerOptions, WebSocketServer } from "ws";

import type { Entrance } from "../entrance.ts";
import type { Place, Places } from "../places.ts";
import { resetAtEnd } from "../reset.ts";
import { requestTarget } from "../request-target.ts";
import { handshakeFault, refuseUpgrade } from "./handshake.ts";
import { type Listen, sharedListeners } from "./socket-listeners.ts";
import { SocketWatch, type WatchTimes } from "./socket-watch.ts";
import { ClientSocket, WsConnection } from "./ws-connection.ts";

const PATH = "/v1/ws";
const MESSAGE_TIMEOUT_MS = 10_000;
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1024;

export interface WsAdapterOptions extends Partial<WatchTimes> {
  readonly hub: Pick<Hub, "accept">;
  readonly entrance: Pick<Entrance, "vouch">;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly places: Pick<Places, "take">;
}

type Vouched = Result<Identity | undefined, Refusal>;

/** What its types do not know yet. */
interface Ws823Options extends ServerOptions<typeof ClientSocket> {
  readonly closeTimeout: number;
}

export class WsAdapter {
  readonly #hub: Pick<Hub, "accept">;
  readonly #entrance: Pick<Entrance, "vouch">;
  readonly #places: Pick<Places, "take">;
  readonly #watch: SocketWatch<WsConnection>;
  readonly #listen: Listen;
  readonly #server: Server<typeof ClientSocket>;
  #live = 0;
  #onNone: (() => void) | undefined;

  constructor(options: WsAdapterOptions) {
    const closeTimeoutMs = options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
    this.#hub = options.hub;
    this.#entrance = options.entrance;
    this.#places = options.places;
    this.#watch = new SocketWatch(options.clock, {
      heartbeatMs: options.heartbeatMs,
      pongTimeoutMs: options.pongTimeoutMs ?? PONG_TIMEOUT_MS,
      messageTimeoutMs: options.messageTimeoutMs ?? MESSAGE_TIMEOUT_MS,
      closeTimeoutMs,
    });
    this.#listen = sharedListeners(options.clock, this.#watch, (connection) => {
      this.#closed(connection);
    });
    const wsOptions: Ws823Options = {
      noServer: true,
      clientTracking: false,
      WebSocket: ClientSocket,
      perMessageDeflate: false,
      handleProtocols: () => SUBPROTOCOL,
      maxPayload: MAX_MESSAGE_BYTES,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      // Ours comes first: that of ws would leave the system to deliver what it holds.
      closeTimeout: 2 * closeTimeoutMs,
    };
    this.#server = new WebSocketServer(wsOptions);
  }

  claims(request: IncomingMessage): boolean {
    return request.url === PATH || requestTarget(request).path === PATH;
  }

  /** Of a request that it claims. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const place = this.#places.take(request);
    if (!place.ok) {
      refuseUpgrade(socket, place.error);
      return;
    }
    const fault = handshakeFault(request);
    const vouched = fault === undefined ? this.#entrance.vouch(request) : err(fault);
    if (isPromise(vouched)) void this.#wait(request, socket, head, place.value, vouched);
    else this.#answer(request, socket, head, place.value, vouched);
  }

  /** Resolves when no socket is left. Those that the hub has closed are gone within the close timeout. */
  async close(): Promise<void> {
    this.#server.close();
    if (this.#live === 0) return;
    await new Promise<void>((resolve) => {
      this.#onNone = resolve;
    });
  }

  async #wait(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    place: Place,
    vouched: Promise<Vouched>,
  ): Promise<void> {
    // Until ws listens, a reset by the peer would be an error that nobody handles.
    const ignore = (): void => {};
    socket.on("error", ignore);
    place.onGivenAway = () => socket.destroy();
    const answer = await vouched;
    socket.off("error", ignore);
    if (socket.destroyed) place.leave();
    else this.#answer(request, socket, head, place, answer);
  }

  #answer(request: IncomingMessage, socket: Duplex, head: Buffer, place: Place, vouched: Vouched): void {
    if (!vouched.ok) {
      place.leave();
      refuseUpgrade(socket, vouched.error);
      return;
    }
    const handshake = { isOpen: false };
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      handshake.isOpen = true;
      this.#open(new WsConnection(ws, socket, this.#watch, place, vouched.value), ws, socket);
    });
    // A handshake that ws finds wrong it has answered by now.
    if (!handshake.isOpen) place.leave();
  }

  /** Nothing here may hold on to the request: it would live as long as the socket. */
  #open(connection: WsConnection, ws: ClientSocket, socket: Duplex): void {
    this.#live += 1;
    resetAtEnd(socket);
    this.#watch.opened(connection);
    this.#listen(connection, ws, socket);
    connection.listen(this.#hub.accept(connection));
  }

  #closed({ place }: WsConnection): void {
    place.leave();
    this.#live -= 1;
    if (this.#live === 0) this.#onNone?.();
  }
}
