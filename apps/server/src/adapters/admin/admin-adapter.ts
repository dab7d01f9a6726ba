/** Owns the operators' API: its table of routes, who may ask, and the streams that are open. Nothing of it is for pages of others. */
import { refusal } from "@roomcast/protocol";
import type { IncomingMessage, ServerResponse } from "node:http";

import { type Answer, refused, send } from "../http/answer.ts";
import { OpenAnswers } from "../http/open-answers.ts";
import { route } from "../http/route.ts";
import { notAllowed, Routes } from "../http/routes.ts";
import { requestTarget } from "../request-target.ts";
import { type ActingPorts, disconnect, kick, publish } from "./acting.ts";
import { type BackingUpPorts, backUp } from "./backing-up.ts";
import {
  listClients,
  listRooms,
  type LookingPorts,
  showClient,
  showContract,
  showOverview,
  showRoom,
} from "./looking.ts";
import { type MetricsPorts, showMetrics } from "./metrics/show-metrics.ts";
import { Scraping } from "./metrics/scraping.ts";
import { act, type AdminModeratingPorts, list } from "./moderating.ts";
import { notOperator, type OperatorRules } from "./operator.ts";
import { live, Streams, tail } from "./streams.ts";
import { Watch, type WatchPorts } from "./watch.ts";

export interface AdminAdapterOptions extends WatchPorts, ActingPorts, BackingUpPorts {
  readonly hub: ActingPorts["hub"] & LookingPorts["hub"] & MetricsPorts["hub"] & AdminModeratingPorts["hub"];
  readonly entrance: AdminModeratingPorts["entrance"];
  readonly credits: AdminModeratingPorts["credits"];
  readonly tally: MetricsPorts["tally"];
  /** Whether `/metrics` is ours, where a scraper looks first; the same is under the prefix always. */
  readonly claimsMetrics: boolean;
  readonly operators: OperatorRules;
  /** A handler threw: a bug. */
  readonly onFault: (error: unknown) => void;
}

const PREFIX = "/v1/admin";
const METRICS = "/metrics";
/** Asks by itself who may: a moderator is no operator. */
const MODERATION = `${PREFIX}/moderation`;

export class AdminAdapter {
  readonly #operators: OperatorRules;
  readonly #routes: Routes<Answer | undefined>;
  readonly #streams: Streams;
  readonly #scraping: Scraping;
  readonly #claimsMetrics: boolean;
  readonly #openAnswers = new OpenAnswers();

  constructor(options: AdminAdapterOptions) {
    const watch = new Watch(options);
    this.#streams = new Streams(options.clock, watch);
    this.#scraping = new Scraping(options);
    this.#claimsMetrics = options.claimsMetrics;
    const ports = { ...options, watch, streams: this.#streams, scraping: this.#scraping };
    this.#operators = options.operators;
    this.#routes = new Routes(
      [
        route("GET", `${PREFIX}/overview`, () => showOverview(ports)),
        route("GET", `${PREFIX}/live`, (call) => live(ports, call)),
        route("GET", `${PREFIX}/tail`, (call) => tail(ports, call)),
        ...[METRICS, `${PREFIX}${METRICS}`].map((path) => route("GET", path, () => showMetrics(ports))),
        route("GET", `${PREFIX}/backup`, (call) => backUp(ports, call)),
        route("GET", `${PREFIX}/contract`, () => showContract(ports)),
        route("GET", `${PREFIX}/rooms`, (call) => listRooms(ports, call)),
        route("GET", `${PREFIX}/rooms/{room}`, (call) => showRoom(ports, call)),
        route("POST", `${PREFIX}/rooms/{room}/events`, (call) => publish(ports, call)),
        route("GET", MODERATION, (call) => list(ports, call)),
        route("POST", MODERATION, (call) => act(ports, call)),
        route("GET", `${PREFIX}/clients`, (call) => listClients(ports, call)),
        route("GET", `${PREFIX}/clients/{client}`, (call) => showClient(ports, call)),
        route("POST", `${PREFIX}/clients/{client}/kick`, (call) => kick(ports, call)),
        route("POST", `${PREFIX}/clients/{client}/disconnect`, (call) => disconnect(ports, call)),
      ],
      options.onFault,
    );
  }

  /** @returns whether the request is one of this adapter, which then answers it. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const { path } = requestTarget(request);
    if (!this.#claims(path)) return false;
    if (this.#openAnswers.admits(request.socket, response)) void this.#answer(request, response);
    return true;
  }

  /** Ends the streams, which do not end by themselves. */
  close(): void {
    this.#streams.close();
    this.#scraping.stop();
  }

  #claims(path: string): boolean {
    return path === PREFIX || path.startsWith(`${PREFIX}/`) || (this.#claimsMetrics && path === METRICS);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Before anything is said of what there is.
    const isOpen = requestTarget(request).path === MODERATION;
    const stranger = isOpen ? undefined : notOperator(request, this.#operators);
    const answer = stranger === undefined ? await this.#ask(request, response) : refused(stranger);
    if (answer === undefined) return;
    // What is left of a body would be taken for the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    send(response, answer);
  }

  async #ask(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const choice = this.#routes.choose(request);
    if (choice === undefined) return refused(refusal("not_found"));
    if (choice.found === undefined) return notAllowed(choice.methods);
    return this.#routes.call(choice.found, request, response);
  }
}
