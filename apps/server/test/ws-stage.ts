/** Owns a WebSocket adapter on a port of its own, with a hub that only remembers, and the sockets that a test opens to it. */
import { type Clock, GUEST, type Policy } from "@roomcast/hub";
import { err, ok, refusal } from "@roomcast/protocol";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { openPlaces } from "./open-places.ts";
import { Entrance, type EntranceOptions } from "../src/adapters/entrance.ts";
import { Origins } from "../src/adapters/origins.ts";
import { WsAdapter, type WsAdapterOptions } from "../src/adapters/ws/ws-adapter.ts";
import { NodeClock } from "../src/node-clock.ts";
import { BareSocket } from "./bare-socket.ts";
import { RecordingHub } from "./recording-hub.ts";

const HOUR_MS = 3_600_000;

/** Everybody is let in but for the token "bad". */
const policy: Pick<Policy, "authenticate"> = {
  authenticate: (token) => (token === "bad" ? err(refusal("unauthorised")) : ok(GUEST)),
};

/** The time may be the test's own; the turns are those in which the sockets are read. */
const clockOf = (time: Clock): Clock => ({
  now: () => time.now(),
  monotonicMs: () => time.monotonicMs(),
  after: (delayMs, run) => time.after(delayMs, run),
  afterTurn: (run) => {
    setImmediate(run);
  },
});

type Headers = Readonly<Record<string, string>>;

export class WsStage implements AsyncDisposable {
  readonly hub: RecordingHub;
  readonly adapter: WsAdapter;
  readonly #http: Server;
  readonly #sockets: BareSocket[] = [];

  private constructor(hub: RecordingHub, adapter: WsAdapter, http: Server) {
    this.hub = hub;
    this.adapter = adapter;
    this.#http = http;
  }

  static async start(options: Partial<WsAdapterOptions & EntranceOptions> = {}): Promise<WsStage> {
    const hub = new RecordingHub();
    const clock = clockOf(options.clock ?? new NodeClock());
    const onFault = (error: unknown): never => {
      throw error;
    };
    const entrance = new Entrance({ policy, origins: new Origins(), onFault, ...options, clock });
    const adapter = new WsAdapter({
      ...{ hub, entrance, heartbeatMs: HOUR_MS, places: openPlaces() },
      ...options,
      clock,
    });
    const http = createServer().on("upgrade", (request, socket, head) => {
      adapter.upgrade(request, socket, head);
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return new WsStage(hub, adapter, http);
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** A TCP connection that has said nothing yet. */
  async connect(): Promise<BareSocket> {
    const socket = await BareSocket.connect(this.port);
    this.#sockets.push(socket);
    return socket;
  }

  /** A WebSocket whose handshake was answered by 101. */
  async open(headers: Headers = {}, allowHalfOpen = false): Promise<BareSocket> {
    const socket = await BareSocket.open(this.port, headers, allowHalfOpen);
    this.#sockets.push(socket);
    return socket;
  }

  /** @returns the head of the answer to an upgrade, and its body where it was refused. */
  async upgrade(headers: Headers): Promise<string> {
    const socket = await this.connect();
    const head = await socket.handshake(headers);
    return head.startsWith("HTTP/1.1 101 ") ? head : head + (await socket.rest());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.adapter.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
