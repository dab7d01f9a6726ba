/** Owns an operators' API on a port of its own, with a hub and its memory log behind it, and all who come to either. */
import { GUEST, Hub, MemoryLog, MemorySessions, NO_TELEMETRY, OPEN_DOOR } from "@roomcast/hub";
import { FakeConnection } from "@roomcast/hub/testing";
import { decodeUp, err, ok, refusal } from "@roomcast/protocol";
import type { Overview } from "@roomcast/protocol/operators";
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

import { AdminAdapter } from "../src/adapters/admin/admin-adapter.ts";
import type { OperatorRules } from "../src/adapters/admin/operator.ts";
import { Addresses } from "../src/adapters/peer-address.ts";
import { NodeRandom } from "../src/node-random.ts";
import type { Act } from "../src/telemetry/audit.ts";
import { Tally } from "../src/telemetry/tally.ts";
import { TelemetryFan } from "../src/telemetry/telemetry-fan.ts";
import { CountingClock } from "./counting-clock.ts";
import { OperatorReader } from "./operator-reader.ts";

/** All that an answer may hold. */
interface Body extends Overview {
  readonly error: { readonly code: string };
  readonly rooms: number & readonly { readonly room: string; readonly count: number }[];
  readonly clients: readonly object[];
  readonly total: number;
  readonly client: { readonly rooms: readonly string[] } | null;
  readonly timeline: readonly { readonly time: number }[];
  readonly strict: boolean;
  readonly events: readonly {
    readonly name: string;
    readonly kept: boolean;
    readonly schema: { readonly required: object };
  }[];
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: Body;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Connected {
  readonly connection: FakeConnection;
  readonly clientId: string;
  readonly say: (message: object) => void;
}

export class AdminStage implements AsyncDisposable {
  readonly clock = new CountingClock();
  readonly telemetry = new TelemetryFan(NO_TELEMETRY);
  /** What the audit was told. */
  readonly acts: Act[] = [];
  readonly hub: Hub;
  readonly adapter: AdminAdapter;
  readonly #http: Server;
  readonly #readers: OperatorReader[] = [];

  private constructor(operators: OperatorRules) {
    const { clock, telemetry, acts } = this;
    const random = new NodeRandom();
    const log = new MemoryLog({ clock, random });
    const sessions = new MemorySessions(clock);
    this.hub = new Hub({
      ...{ log, sessions, clock, random, telemetry, policy: OPEN_DOOR },
      settings: { hellosPerSecond: 0 },
    });
    this.adapter = new AdminAdapter({
      ...{ hub: this.hub, clock, random, telemetry, operators, storeKind: "memory" },
      ...{ tally: new Tally(), claimsMetrics: true, addresses: new Addresses() },
      entrance: { identify: () => ok(GUEST) },
      credits: { charge: () => undefined },
      server: { name: "roomcast", version: "1.2.3", node: "n1" },
      audit: (act) => acts.push(act),
      backup: () => Promise.resolve(err(refusal("not_found"))),
      onFault: (error) => {
        throw error;
      },
    });
    this.#http = createServer((request, response) => {
      if (!this.adapter.take(request, response)) response.writeHead(404).end("not mine");
    });
  }

  static async start(operators: Partial<OperatorRules> = {}): Promise<AdminStage> {
    const stage = new AdminStage({ token: undefined, trustsLoopback: true, ...operators });
    stage.#http.listen(0, "127.0.0.1");
    await once(stage.#http, "listening");
    return stage;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Not `fetch`, which has ideas of its own about Host, Origin and Sec-Fetch-Site. */
  async ask(path: string, { method, headers, body }: Asked = {}): Promise<Answered> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = httpRequest({
      ...{ host: "127.0.0.1", port: this.port, path: `/v1/admin${path}`, agent: false },
      method: method ?? (text === undefined ? "GET" : "POST"),
      headers: { ...(text !== undefined && { "content-type": "application/json" }), ...headers },
    });
    request.end(text);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return {
      ...{ status: response.statusCode ?? 0, headers: response.headers },
      json: (await json(response)) as Body,
    };
  }

  async listen(path: string): Promise<OperatorReader> {
    const reader = await OperatorReader.open(`http://127.0.0.1:${this.port}/v1/admin${path}`);
    this.#readers.push(reader);
    return reader;
  }

  /** Somebody is in the hub, in the rooms that hello says. */
  async connect(hello: object = {}): Promise<Connected> {
    const connection = new FakeConnection();
    const inbox = this.hub.accept(connection);
    const say = (message: object): void => inbox.receive(decodeUp(JSON.stringify(message)), 0);
    say({ type: "hello", protocol: 1, ...hello });
    for (;;) {
      const welcome = connection.messages.find((message) => message.type === "welcome");
      const joined = connection.messages.find((message) => message.type === "joined");
      if (welcome?.type === "welcome" && joined !== undefined)
        return { connection, clientId: welcome.clientId, say };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  publish(text: string, room = "general"): ReturnType<Hub["publish"]> {
    return this.hub.publish({ room, event: "message", data: { text } });
  }

  /** Every stream is left, and the server has noticed. */
  async unwatch(): Promise<void> {
    await Promise.all(this.#readers.splice(0).map((reader) => reader[Symbol.asyncDispose]()));
    while (this.telemetry.isWatched) await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unwatch();
    this.adapter.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
