/** Owns plain HTTP: the table of routes, and what holds for each of them. Knows the hub by what its handlers ask. */
import type { Clock, Hub, Random, Telemetry } from "@roomcast/hub";
import { refusal } from "@roomcast/protocol";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Entrance } from "../entrance.ts";
import type { Origins } from "../origins.ts";
import type { RequestCredits } from "../request-credits.ts";
import { readNoMore } from "../slices.ts";
import { issueTicket } from "../sse/issue-ticket.ts";
import { roomStream } from "../sse/room-stream.ts";
import type { Streams } from "../sse/streams.ts";
import { Tickets } from "../sse/tickets.ts";
import { VirtualSockets } from "../sse/virtual-sockets.ts";
import { type Answer, refused, send } from "./answer.ts";
import { allowReading, preflight } from "./cross-origin.ts";
import { ContractDocument } from "./contract-document.ts";
import { credited } from "./credited.ts";
import { OpenAnswers } from "./open-answers.ts";
import { publish } from "./publish.ts";
import { history, members, rooms } from "./read.ts";
import { RoomReads } from "./room-reads.ts";
import { route } from "./route.ts";
import { type Choice, notAllowed, Routes } from "./routes.ts";
import { UnreadAnswers } from "./unread-answers.ts";

export interface HttpAdapterOptions {
  readonly hub: Pick<
    Hub,
    "accept" | "listen" | "submit" | "history" | "members" | "roomsFor" | "inspection" | "carriers" | "entry"
  >;
  readonly entrance: Pick<Entrance, "identify" | "vouch">;
  readonly clock: Clock;
  readonly random: Random;
  readonly origins: Origins;
  readonly streams: Streams;
  readonly credits: Pick<RequestCredits, "take" | "payer">;
  readonly telemetry: Pick<Telemetry, "record">;
  readonly ticketsPerUser: number;
  /** Whether requests that need the store can be answered now. */
  readonly ready: () => Promise<boolean>;
  /** A handler threw: a bug. */
  readonly onFault: (error: unknown) => void;
}

export class HttpAdapter {
  readonly #routes: Routes<Answer | undefined>;
  readonly #origins: Origins;
  readonly #openAnswers = new OpenAnswers();
  readonly #unreadAnswers: UnreadAnswers;

  constructor(options: HttpAdapterOptions) {
    this.#origins = options.origins;
    this.#unreadAnswers = new UnreadAnswers(options.clock);
    const ports = {
      ...options,
      entrance: credited(options.entrance, options.credits, options.hub),
      tickets: new Tickets(options),
      reads: new RoomReads(options.hub.carriers),
    };
    const contract = new ContractDocument(ports);
    const sockets = new VirtualSockets(options);
    const routes = [
      route("POST", "/v1/rooms/{room}/events", (call) => publish(ports, call)),
      route("GET", "/v1/rooms/{room}/events", (call) => history(ports, call)),
      route("GET", "/v1/rooms/{room}/members", (call) => members(ports, call)),
      route("GET", "/v1/rooms", (call) => rooms(ports, call)),
      route("GET", "/v1/rooms/{room}/stream", (call) => roomStream(ports, call)),
      route("POST", "/v1/sse", (call) => sockets.open(call)),
      route("POST", "/v1/sse/messages", (call) => sockets.take(call)),
      route("POST", "/v1/tickets", (call) => issueTicket(ports, call)),
      route("GET", "/v1/asyncapi.json", (call) => contract.show(call)),
      route("GET", "/v1/ws", () => NEEDS_UPGRADE),
      route("GET", "/healthz", () => ({ status: 200, body: '{"status":"alive"}' })),
      route("GET", "/readyz", async () => readiness(await options.ready())),
    ];
    this.#routes = new Routes(routes, options.onFault);
  }

  /** @returns whether the request is one of this adapter, which then answers it. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const choice = this.#routes.choose(request);
    if (choice === undefined) return false;
    if (this.#openAnswers.admits(request.socket, response)) void this.#answer(choice, request, response);
    return true;
  }

  async #answer(
    { methods, found }: Choice<Answer | undefined>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    allowReading(request, response, this.#origins);
    if (request.method === "OPTIONS") preflight(response, methods);
    else if (found === undefined) send(response, notAllowed(methods));
    // Reading is safe: such a page does not get the answer.
    else if (found.route.method !== "GET" && this.#origins.isForeign(request)) {
      send(response, refused(refusal("forbidden", "pages of this origin may not do this")));
    } else {
      const answer = await this.#routes.call(found, request, response);
      if (answer === undefined) return;
      // What is left of a body would be taken for the next request.
      if (!request.complete) readNoMore(request.socket);
      send(response, answer);
      this.#unreadAnswers.wrote(response);
    }
  }
}

/** Where the upgrades go, for whoever asks without one. */
const NEEDS_UPGRADE: Answer = {
  ...refused(refusal("bad_message", "open this with a WebSocket"), 426),
  headers: { Upgrade: "websocket", Connection: "Upgrade" },
};

const readiness = (ready: boolean): Answer => ({
  status: ready ? 200 : 503,
  body: `{"status":"${ready ? "ready" : "not ready"}"}`,
});
