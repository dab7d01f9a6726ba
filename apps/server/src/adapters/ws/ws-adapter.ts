/** Owns the WebSockets of `/v1/ws`: who gets one, and what bounds it in size, time and number. Knows the hub by `accept` alone. */
import type { Clock, Hub, Identity, Policy } from "@roomcast/hub";
import {
  CLOSE_TIMEOUT_MS,
  err,
  MAX_MESSAGE_BYTES,
  PONG_TIMEOUT_MS,
  type Refusal,
  refusal,
  type Result,
  SUBPROTOCOL,
} from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Server, type ServerOptions, WebSocketServer } from "ws";

import { bearerToken } from "../bearer.ts";
import type { Origins } from "../origins.ts";
import { addressOf } from "../peer-address.ts";
import { requestTarget } from "../request-target.ts";
import { AddressLimit } from "./address-limit.ts";
import { handshakeFault, refuseUpgrade } from "./handshake.ts";
import { type Listen, sharedListeners } from "./socket-listeners.ts";
import { SocketWatch, type WatchTimes } from "./socket-watch.ts";
import { ClientSocket, WsConnection } from "./ws-connection.ts";

const PATH = "/v1/ws";
/** Deadline of what must be asked before the 101. */
const VOUCH_TIMEOUT_MS = 5_000;
const MESSAGE_TIMEOUT_MS = 10_000;
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1024;

export interface WsAdapterOptions extends Partial<WatchTimes> {
  readonly hub: Pick<Hub, "accept">;
  readonly policy: Pick<Policy, "authenticate">;
  readonly clock: Clock;
  readonly origins: Origins;
  readonly heartbeatMs: number;
  /** 0: no limit. */
  readonly connectionsPerAddress: number;
  /** The policy threw: a bug. Default: nobody is told. */
  readonly onFault?: (error: unknown) => void;
}

/** What its types do not know yet. */
interface Ws823Options extends ServerOptions<typeof ClientSocket> {
  readonly closeTimeout: number;
}

export class WsAdapter {
  readonly #hub: Pick<Hub, "accept">;
  readonly #policy: Pick<Policy, "authenticate">;
  readonly #onFault: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #origins: Origins;
  readonly #addresses: AddressLimit;
  readonly #watch: SocketWatch<WsConnection>;
  readonly #listen: Listen;
  readonly #server: Server<typeof ClientSocket>;
  #live = 0;
  #onNone: (() => void) | undefined;

  constructor(options: WsAdapterOptions) {
    const closeTimeoutMs = options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
    this.#hub = options.hub;
    this.#policy = options.policy;
    this.#onFault = options.onFault ?? (() => {});
    this.#clock = options.clock;
    this.#origins = options.origins;
    this.#addresses = new AddressLimit(options.connectionsPerAddress);
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
      closeTimeout: closeTimeoutMs,
    };
    this.#server = new WebSocketServer(wsOptions);
  }

  claims(request: IncomingMessage): boolean {
    return requestTarget(request).path === PATH;
  }

  /** Of a request that it claims. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const token = bearerToken(request);
    const fault =
      handshakeFault(request, this.#origins) ??
      (token === null ? refusal("unauthorised") : undefined) ??
      (this.#addresses.full(addressOf(request.socket))
        ? refusal("too_many", "too many connections from one address")
        : undefined);
    if (fault !== undefined) refuseUpgrade(socket, fault);
    else if (typeof token !== "string") this.#complete(request, socket, head, undefined);
    else void this.#vouch(request, socket, head, token);
  }

  /** Resolves when no socket is left. Those that the hub has closed are gone within the close timeout. */
  async close(): Promise<void> {
    this.#server.close();
    if (this.#live === 0) return;
    await new Promise<void>((resolve) => {
      this.#onNone = resolve;
    });
  }

  /** Whoever brings a token with the request is told before the 101 when it is no good. */
  async #vouch(request: IncomingMessage, socket: Duplex, head: Buffer, token: string): Promise<void> {
    // Until ws listens, a reset by the peer would be an error that nobody handles.
    const ignore = (): void => {};
    socket.on("error", ignore);
    const deadline = this.#clock.after(VOUCH_TIMEOUT_MS, () => {
      refuseUpgrade(socket, refusal("overloaded", "the token could not be checked in time"));
    });
    const authenticated = await this.#authenticated(token);
    deadline.cancel();
    if (socket.destroyed || socket.writableEnded) return;
    socket.off("error", ignore);
    if (authenticated.ok) this.#complete(request, socket, head, token);
    else refuseUpgrade(socket, authenticated.error);
  }

  async #authenticated(token: string): Promise<Result<Identity, Refusal>> {
    try {
      return await this.#policy.authenticate(token);
    } catch (error) {
      this.#onFault(error);
      return err(refusal("internal"));
    }
  }

  #complete(request: IncomingMessage, socket: Duplex, head: Buffer, token: string | undefined): void {
    const remote = addressOf(request.socket);
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      this.#open(new WsConnection(ws, socket, remote, token), ws, socket);
    });
  }

  /** Nothing here may hold on to the request: it would live as long as the socket. */
  #open(connection: WsConnection, ws: ClientSocket, socket: Duplex): void {
    this.#live += 1;
    this.#addresses.add(connection.remote);
    this.#watch.opened(connection);
    this.#listen(connection, ws, socket);
    connection.listen(this.#hub.accept(connection));
  }

  #closed({ remote }: WsConnection): void {
    this.#addresses.remove(remote);
    this.#live -= 1;
    if (this.#live === 0) this.#onNone?.();
  }
}
