/**
 * Owns `/socket.io/`: who gets an Engine.IO connection, and what bounds it in number and time. engine.io does polling,
 * upgrades and heartbeats. Knows the hub by `arrive` and `accept` alone: rooms are the hub's.
 */
import { type Clock, type Hub, type Identity, type Random, whenReady } from "@roomcast/hub";
import { MAX_MESSAGE_BYTES, type Refusal, refusal } from "@roomcast/protocol";
import { Server, type Socket } from "engine.io";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import type { Entrance } from "../entrance.ts";
import { refused, send } from "../http/answer.ts";
import { allowReading, preflight } from "../http/cross-origin.ts";
import { OpenAnswers } from "../http/open-answers.ts";
import { notAllowed } from "../http/routes.ts";
import type { RequestCredits } from "../request-credits.ts";
import type { Origins } from "../origins.ts";
import type { Place, Places } from "../places.ts";
import { requestTarget } from "../request-target.ts";
import { SECURITY_HEADERS } from "../security-headers.ts";
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
  readonly hub: Pick<Hub, "accept" | "arrive">;
  readonly clock: Clock;
  readonly random: Random;
  readonly origins: Origins;
  readonly entrance: Pick<Entrance, "vouch">;
  readonly places: Pick<Places, "take">;
  readonly credits: Pick<RequestCredits, "take">;
  readonly heartbeatMs: number;
  readonly helloTimeoutMs: number;
  /** Of the log. */
  readonly generation: string;
  readonly namespaces?: NamespaceMap | undefined;
}

/** What engine.io calls a request: one whose query it need not read again. */
type EngineRequest = IncomingMessage & { readonly _query: Record<string, string> };

/** Who is let in, until engine.io has made a connection of it. */
interface Newcomer {
  readonly place: Place;
  readonly identity: Identity | undefined;
}

export class SocketioAdapter {
  readonly #options: SocketioAdapterOptions;
  readonly #namespaces: Namespaces;
  readonly #engine: Server;
  readonly #openAnswers = new OpenAnswers();
  readonly #newcomers = new Map<IncomingMessage, Newcomer>();
  /** By sid. */
  readonly #links = new Map<string, EngineLink>();
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
    this.#enter(request, socket, (engineRequest, refused) => {
      socket.off("error", ignore);
      if (socket.destroyed) return;
      if (refused === undefined) this.#engine.handleUpgrade(engineRequest, socket, head);
      else refuseUpgrade(socket, refused);
    });
  }

  /** Resolves when no connection is left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#links.values()) link.close();
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
    // engine.io writes heads of its own.
    response.setHeaders(new Map(Object.entries(SECURITY_HEADERS)));
    if (request.method === "OPTIONS") preflight(response, METHODS);
    else if (request.method !== "GET" && request.method !== "POST") send(response, notAllowed(METHODS));
    else {
      this.#enter(request, response, (engineRequest, refusal) => {
        if (refusal !== undefined) send(response, refused(refusal));
        else if (!response.destroyed) this.#engine.handleRequest(engineRequest, response);
      });
    }
  }

  /**
   * Asks who comes, once per connection: what follows names it by its sid, which nobody can guess.
   * @param answer ends when engine.io has made a connection of the request, or has refused it.
   */
  #enter(
    request: IncomingMessage,
    answer: Duplex | ServerResponse,
    enter: (request: EngineRequest, refused?: Refusal) => void,
  ): void {
    const engineRequest = withQuery(request);
    const { entrance, places } = this.#options;
    const { sid = "" } = engineRequest._query;
    // To engine.io an empty sid is none, and begins a connection.
    if (sid !== "") {
      enter(engineRequest, this.#whyNotOn(request, sid));
      return;
    }
    const taken = places.take(request);
    if (!taken.ok) {
      enter(engineRequest, taken.error);
      return;
    }
    const place = taken.value;
    place.onGivenAway = () => request.socket.destroy();
    answer.once("close", () => {
      if (this.#newcomers.delete(request)) place.leave();
    });
    void whenReady(entrance.vouch(request), (vouched) => {
      const closed = this.#closed ? refusal("overloaded", "the server is going down") : undefined;
      const refused = vouched.ok ? closed : vouched.error;
      if (vouched.ok && refused === undefined && !answer.destroyed)
        this.#newcomers.set(request, { place, identity: vouched.value });
      else place.leave();
      enter(engineRequest, refused);
    });
  }

  /** Why a request is no part of the connection that it names. */
  #whyNotOn(request: IncomingMessage, sid: string): Refusal | undefined {
    const { origins, credits } = this.#options;
    if (origins.isForeign(request)) return refusal("forbidden", FOREIGN);
    // A connection pays for what it says; who names none, or upgrades one again and again, has only an address.
    const link = this.#links.get(sid);
    const isPart = link !== undefined && (request.headers.upgrade === undefined || link.mayUpgrade());
    return isPart ? undefined : credits.take(request, null);
  }

  #open(socket: Socket): void {
    const { clock, random, hub, helloTimeoutMs } = this.#options;
    const newcomer = this.#newcomers.get(socket.request);
    if (newcomer === undefined) {
      socket.close(true);
      return;
    }
    this.#newcomers.delete(socket.request);
    const { place, identity } = newcomer;
    const link = new EngineLink(socket, place, clock);
    // engine.io keeps it under this name, and tells nobody.
    const { id: sid } = socket as unknown as { readonly id: string };
    this.#links.set(sid, link);
    const ports = { hub, clock, random, namespaces: this.#namespaces, connectTimeoutMs: helloTimeoutMs };
    const client = new SocketioClient(ports, link, identity, () => {
      place.leave();
      this.#links.delete(sid);
      if (this.#links.size === 0) this.#onNone?.();
    });
    place.onGivenAway = () => client.abort("tooMany");
    link.listen(client);
  }
}

/** engine.io's own reading of a query would throw on an address that is none. */
function withQuery(request: IncomingMessage): EngineRequest {
  const _query = Object.fromEntries(new URLSearchParams(requestTarget(request).query));
  return Object.assign(request, { _query });
}
