/** Owns plain HTTP on a port of its own, with a hub and its memory log behind it, and the requests that a test makes of it. */
import { Hub, MemoryLog, MemorySessions, NO_TELEMETRY, type Policy } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { HEARTBEAT_MS, refusal } from "@roomcast/protocol";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { Entrance } from "../src/adapters/entrance.ts";
import { HttpAdapter } from "../src/adapters/http/http-adapter.ts";
import { Origins } from "../src/adapters/origins.ts";
import { Addresses } from "../src/adapters/peer-address.ts";
import { RequestCredits } from "../src/adapters/request-credits.ts";
import { Streams } from "../src/adapters/sse/streams.ts";
import { NodeClock } from "../src/node-clock.ts";
import { NodeRandom } from "../src/node-random.ts";
import { BareSocket } from "./bare-socket.ts";
import { knowsAda } from "./knows-ada.ts";
import { openPlaces } from "./open-places.ts";

/** "ada" is Ada's token; `private` is closed to everybody, and guests may enter. */
const policy: Policy = {
  authenticate: knowsAda,
  authorise: (_identity, { room }) => (room === "private" ? refusal("forbidden") : undefined),
};

/** All that an answer may hold. */
interface Body {
  readonly id: string;
  readonly position: { readonly offset: number };
  readonly events: readonly { readonly data: { readonly text: string }; readonly from: object }[];
  readonly more: boolean;
  readonly error: { readonly code: string; readonly retryAfterMs: number };
}

interface Answered {
  readonly status: number;
  readonly json: Body;
  readonly response: Response;
}

interface Posted {
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly room?: string;
}

export class HttpStage implements AsyncDisposable {
  readonly hub: Hub;
  /** What credits are filled by; everything else is in real time. */
  readonly creditClock = new ManualClock();
  /** What the store says of itself. */
  isReady = true;
  /** How many refusals the doorstep was told of. */
  toldAtDoorstep = 0;
  readonly #http: Server;

  /** @param messagesPerSecond 0: as many as anybody likes. */
  private constructor(messagesPerSecond: number) {
    const [clock, random, origins] = [new NodeClock(), new NodeRandom(), new Origins()];
    const onFault = (error: unknown): never => {
      throw error;
    };
    const log = new MemoryLog({ clock, random });
    this.hub = new Hub({ log, sessions: new MemorySessions(clock), clock, random, policy });
    const adapter = new HttpAdapter({
      ...{ hub: this.hub, clock, random, origins, onFault },
      entrance: new Entrance({ policy, origins, clock, onFault }),
      streams: new Streams(clock, HEARTBEAT_MS, openPlaces()),
      credits: new RequestCredits({
        ...{ clock: this.creditClock, addresses: new Addresses(), telemetry: NO_TELEMETRY },
        ...{ limit: "messagesPerSecond", perSecond: messagesPerSecond },
        doorstep: { refused: () => (this.toldAtDoorstep += 1) },
      }),
      telemetry: NO_TELEMETRY,
      ticketsPerUser: 3,
      ready: async () => this.isReady,
    });
    this.#http = createServer((request, response) => {
      if (!adapter.take(request, response)) response.writeHead(404).end("not mine");
    });
  }

  static async start(messagesPerSecond = 0): Promise<HttpStage> {
    const stage = new HttpStage(messagesPerSecond);
    stage.#http.listen(0, "127.0.0.1");
    await once(stage.#http, "listening");
    return stage;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, init);
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return answered(await this.fetch(path, { headers }));
  }

  async post({ body, raw, headers, room = "general" }: Posted): Promise<Answered> {
    return answered(
      await this.fetch(`/v1/rooms/${room}/events`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: raw ?? JSON.stringify(body),
      }),
    );
  }

  connect(): Promise<BareSocket> {
    return BareSocket.connect(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

const answered = async (response: Response): Promise<Answered> => ({
  status: response.status,
  json: (await response.json()) as Body,
  response,
});
