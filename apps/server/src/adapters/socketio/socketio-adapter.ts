/**
 * Owns `/socket.io/`: who gets an Engine.IO connection, and what bounds it in number and time. engine.io does polling,
 * upgrades and heartbeats. Knows the hub by `accept` alone: rooms are the hub's.
 */
import { type Clock, type Hub, type Identity, type Random, whenReady } from "@roomcast/hub";
import { MAX_MESSAGE_BYTES, type Refusal, refusal } from "@roomcast/protocol";
import { Server, type Socket } from "engine.io";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import type { AddressLimit } from "../address-limit.ts";
import type { Entrance } from "../entrance.ts";
import { refused, send } from "../http/answer.ts";
import { allowReading, preflight } from "../http/cross-origin.ts";
import { OpenAnswers } from "../http/open-answers.ts";
import { notAllowed } from "../http/routes.ts";
import type { Origins } from "../origins.ts";
import { addressOf } from "../peer-address.ts";
import { requestTarget } from "../request-target.ts";
import { refuseUpgrade } from "../ws/handshake.ts";
import { bundle } from "./bundle.ts";
import { EngineLink } from "./engine-link.ts";
import { EngineWebSocketServer } from "./engine-websocket.ts";
import { type NamespaceMap, Namespaces } from "./namespaces.ts";
import { SocketioClient } from "./socketio-client.ts";

const PATH = "/socket.io";
const METHODS = "GET, POST, OPTIONS";
const PONG_TIMEOUT_MS = 10_000;
const UPGRADE_TIMEOUT_MS = 10_000;
const FOREIGN = "pages of this origin may not connect";

export interface SocketioAdapterOptions {
  readonly hub: Pick<Hub, "accept">;
  readonly clock: Clock;
  readonly random: Random;
  readonly origins: Origins;
  readonly entrance: Pick<Entrance, "vouch">;
  readonly addresses: AddressLimit;
  readonly heartbeatMs: number;
  readonly helloTimeoutMs: number;
  /** Of the log. */
  readonly generation: string;
  readonly namespaces?: NamespaceMap | undefined;
}

/** What engine.io calls a request: one whose query it need not read again. */
type EngineRequest = IncomingMessage & { readonly _query: Record<string, string> };

export class SocketioAdapter {
  readonly #options: SocketioAdapterOptions;
  readonly #namespaces: Namespaces;
  readonly #engine: Server;
  readonly #openAnswers = new OpenAnswers();
  readonly #vouched = new WeakMap<IncomingMessage, Identity | undefined>();
  readonly #links = new Set<EngineLink>();
  #onNone: (() => void) | undefined;
  #closed = false;

  constructor(options: SocketioAdapterOptions) {
    this.#options = options;
    this.#namespaces = new Namespaces(options.generation, options.namespaces);
    this.#engine = new Server({
      wsEngine: EngineWebSocketServer,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      pingInterval: options.heartbeatMs,
      pingTimeout: PONG_TIMEOUT_MS,
      upgradeTimeout: UPGRADE_TIMEOUT_MS,
    });
    this.#engine.on("connection", (socket: Socket) => this.#open(socket));
  }

  claims(request: IncomingMessage): boolean {
    const { path } = requestTarget(request);
    return path === PATH || path.startsWith(`${PATH}/`);
  }

  /** @returns whether the request is one of this adapter, which then answers it. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    if (!this.claims(request)) return false;
    const file = requestTarget(request).path.slice(PATH.length + 1);
    if (file === "") this.#poll(request, response);
    else bundle(file, request, response);
    return true;
  }

  /** Of a request that it claims. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until ws listens, a reset by the peer would be an error that nobody handles.
    const ignore = (): void => {};
    socket.on("error", ignore);
    this.#enter(request, (engineRequest, refused) => {
      socket.off("error", ignore);
      if (socket.destroyed) return;
      if (refused === undefined) this.#engine.handleUpgrade(engineRequest, socket, head);
      else refuseUpgrade(socket, refused);
    });
  }

  /** Resolves when no connection is left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#links) link.close();
    if (this.#links.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onNone = resolve;
      });
    }
    this.#engine.close();
  }

  #poll(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#openAnswers.admits(request.socket, response)) return;
    allowReading(request, response, this.#options.origins);
    if (request.method === "OPTIONS") preflight(response, METHODS);
    else if (request.method !== "GET" && request.method !== "POST") send(response, notAllowed(METHODS));
    else {
      this.#enter(request, (engineRequest, refusal) => {
        if (refusal !== undefined) send(response, refused(refusal));
        else if (!response.destroyed) this.#engine.handleRequest(engineRequest, response);
      });
    }
  }

  /** Asks who comes, once per connection: what follows names it by its sid, which nobody can guess. */
  #enter(request: IncomingMessage, enter: (request: EngineRequest, refused?: Refusal) => void): void {
    const engineRequest = withQuery(request);
    const { origins, entrance, addresses } = this.#options;
    // To engine.io an empty sid is none, and begins a connection.
    if ((engineRequest._query["sid"] ?? "") !== "") {
      const foreign = origins.isForeign(request) ? refusal("forbidden", FOREIGN) : undefined;
      enter(engineRequest, foreign);
    } else if (addresses.full(addressOf(request.socket))) {
      enter(engineRequest, refusal("too_many", "too many connections from one address"));
    } else {
      void whenReady(entrance.vouch(request), (vouched) => {
        if (vouched.ok) this.#vouched.set(request, vouched.value);
        const closed = this.#closed ? refusal("overloaded", "the server is going down") : undefined;
        enter(engineRequest, vouched.ok ? closed : vouched.error);
      });
    }
  }

  #open(socket: Socket): void {
    const { clock, random, hub, addresses, helloTimeoutMs } = this.#options;
    const { request } = socket;
    const identity = this.#vouched.get(request);
    const link = new EngineLink(socket, addressOf(request.socket), clock);
    this.#links.add(link);
    addresses.add(link.remote);
    const ports = { hub, clock, random, namespaces: this.#namespaces, connectTimeoutMs: helloTimeoutMs };
    const client = new SocketioClient(ports, link, identity, () => {
      addresses.remove(link.remote);
      this.#links.delete(link);
      if (this.#links.size === 0) this.#onNone?.();
    });
    link.listen(client);
  }
}

/** engine.io's own reading of a query would throw on an address that is none. */
function withQuery(request: IncomingMessage): EngineRequest {
  const _query = Object.fromEntries(new URLSearchParams(requestTarget(request).query));
  return Object.assign(request, { _query });
}
