/** Owns plain HTTP: the table of routes, and what holds for each of them. Knows the hub by what its handlers ask. */
import type { Clock, Hub, Policy, Random } from "@roomcast/hub";
import { refusal } from "@roomcast/protocol";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Entrance } from "../entrance.ts";
import type { Origins } from "../origins.ts";
import { requestTarget } from "../request-target.ts";
import { type Answer, refused, send } from "./answer.ts";
import { allowReading, isForeign, preflight } from "./cross-origin.ts";
import { publish } from "./publish.ts";
import { history, members, rooms } from "./read.ts";
import { match, route, type Route } from "./route.ts";

export interface HttpAdapterOptions {
  readonly hub: Pick<Hub, "submit" | "history" | "members" | "rooms">;
  readonly policy: Pick<Policy, "authorise">;
  readonly entrance: Pick<Entrance, "identify">;
  readonly clock: Clock;
  readonly random: Random;
  readonly origins: Origins;
  /** Whether requests that need the store can be answered now. */
  readonly ready: () => Promise<boolean>;
  /** A handler threw: a bug. */
  readonly onFault: (error: unknown) => void;
}

/** Requests of one connection that wait for their answer: whoever sends more without reading is cut off. */
const MAX_OPEN_ANSWERS = 32;

interface Found {
  readonly route: Route;
  readonly parameters: Map<string, string>;
}

export class HttpAdapter {
  readonly #routes: readonly Route[];
  readonly #origins: Origins;
  readonly #onFault: (error: unknown) => void;
  readonly #openAnswers = new WeakMap<Socket, number>();

  constructor(options: HttpAdapterOptions) {
    this.#origins = options.origins;
    this.#onFault = options.onFault;
    this.#routes = [
      route("POST", "/v1/rooms/{room}/events", (call) => publish(options, call)),
      route("GET", "/v1/rooms/{room}/events", (call) => history(options, call)),
      route("GET", "/v1/rooms/{room}/members", (call) => members(options, call)),
      route("GET", "/v1/rooms", (call) => rooms(options, call)),
      route("GET", "/healthz", () => ({ status: 200, body: '{"status":"alive"}' })),
      route("GET", "/readyz", async () => readiness(await options.ready())),
    ];
  }

  claims(request: IncomingMessage): boolean {
    return this.#find(request).length > 0;
  }

  /** Of a request that it claims. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#mayAnswer(request.socket, response)) return;
    const found = this.#find(request);
    const methods = [
      ...found.map(({ route }) => (route.method === "GET" ? "GET, HEAD" : route.method)),
      "OPTIONS",
    ].join(", ");
    const method = request.method === "HEAD" ? "GET" : request.method;
    allowReading(request, response, this.#origins);
    if (method === "OPTIONS") {
      preflight(response, methods);
      return;
    }
    const chosen = found.find(({ route }) => route.method === method);
    if (chosen === undefined) {
      send(response, {
        ...refused(refusal("bad_message", `this path takes ${methods}`), 405),
        headers: { Allow: methods },
      });
    } else if (method !== "GET" && isForeign(request, this.#origins)) {
      send(response, refused(refusal("forbidden", "pages of this origin may not do this")));
    } else void this.#answer(chosen, request, response);
  }

  #mayAnswer(socket: Socket, response: ServerResponse): boolean {
    const open = (this.#openAnswers.get(socket) ?? 0) + 1;
    this.#openAnswers.set(socket, open);
    response.once("close", () => this.#openAnswers.set(socket, (this.#openAnswers.get(socket) ?? 1) - 1));
    if (open > MAX_OPEN_ANSWERS) socket.destroy();
    return !socket.destroyed;
  }

  async #answer(
    { route, parameters }: Found,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let answer: Answer;
    try {
      const decoded = decodeAll(parameters);
      const query = new URLSearchParams(requestTarget(request).query);
      answer =
        decoded === undefined
          ? refused(refusal("bad_message", "the path is not percent-encoded UTF-8"))
          : await route.handle({ request, parameters: decoded, query });
    } catch (error) {
      this.#onFault(error);
      answer = refused(refusal("internal"));
    }
    // What is left of a body would be taken for the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    send(response, answer);
  }

  #find(request: IncomingMessage): Found[] {
    const { path } = requestTarget(request);
    return this.#routes.flatMap((route) => {
      const parameters = match(route.pattern, path);
      return parameters === undefined ? [] : [{ route, parameters }];
    });
  }
}

function decodeAll(parameters: Map<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries([...parameters].map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return undefined;
  }
}

const readiness = (ready: boolean): Answer => ({
  status: ready ? 200 : 503,
  body: `{"status":"${ready ? "ready" : "not ready"}"}`,
});
