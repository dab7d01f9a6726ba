/** Owns a client that is no SDK: a WebSocket that speaks protocol.md by hand and remembers all that it is told. */
import { decodeDown, type Down, type Hello, type Up } from "@roomcast/protocol";
import type { ConnectionOptions } from "node:tls";
import { WebSocket } from "ws";

import { until } from "./until.ts";

type Type = Down["type"];
type Of<T extends Type> = Extract<Down, { type: T }>;

export interface Ended {
  readonly code: number;
  readonly reason: string;
}

export class BareClient {
  /** All messages, oldest first. */
  readonly messages: Down[] = [];
  readonly socket: WebSocket;
  ended: Ended | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      const decoded = decodeDown(data.toString());
      if (!decoded.ok) throw new Error(`not a message of the protocol: ${data.toString()}`);
      this.messages.push(decoded.value);
    });
    socket.on("close", (code, reason) => {
      this.ended = { code, reason: reason.toString() };
    });
    socket.on("error", () => undefined);
  }

  /** An open socket that has said nothing yet. */
  static async open(
    url: string,
    headers: Record<string, string> = {},
    tls: ConnectionOptions = {},
  ): Promise<BareClient> {
    const client = new BareClient(new WebSocket(url, ["roomcast.v1"], { ...tls, headers }));
    await until("the socket is open", () => client.socket.readyState !== WebSocket.CONNECTING);
    return client;
  }

  /** Has said hello and is in the rooms that it asked for. */
  static async join(url: string, hello: Partial<Hello> = {}, tls?: ConnectionOptions): Promise<BareClient> {
    const client = await BareClient.open(url, {}, tls);
    client.say({ type: "hello", protocol: 1, ...hello });
    await client.hear("welcome");
    const rooms = hello.join?.length ?? 1;
    await until("the rooms are entered", () => client.all("joined").length >= rooms);
    return client;
  }

  get id(): string {
    return this.welcome.clientId;
  }

  get welcome(): Of<"welcome"> {
    const [welcome] = this.all("welcome");
    if (welcome === undefined) throw new Error("no welcome yet");
    return welcome;
  }

  all<T extends Type>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type);
  }

  say(message: Up | Record<string, unknown>): void {
    this.socket.send(JSON.stringify(message));
  }

  /** A message as it stands, broken or not. */
  sayRaw(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** The first message of the type that fits, past or to come. */
  async hear<T extends Type>(type: T, fits: (message: Of<T>) => boolean = () => true): Promise<Of<T>> {
    let found: Of<T> | undefined;
    await until(`a ${type} comes; so far: ${JSON.stringify(this.messages).slice(-2000)}`, () => {
      found = this.all(type).find(fits);
      return found !== undefined;
    });
    return found as Of<T>;
  }

  /** Publishes and waits for the answer. */
  async publish(
    room: string,
    event: string,
    data: unknown,
    more: Record<string, unknown> = {},
  ): Promise<Of<"ack">> {
    const id = typeof more["id"] === "string" ? more["id"] : crypto.randomUUID();
    this.say({ type: "publish", id, room, event, data, ...more });
    return this.hear("ack", (ack) => ack.id === id);
  }

  /** Texts of the `message` events heard in a room, in the order of their coming. */
  texts(room = "general"): string[] {
    return this.all("event")
      .filter((event) => event.room === room && event.event === "message")
      .map((event) => (event.data as { text: string }).text);
  }

  /** All that the server has sent up to now has arrived once this resolves. */
  async settle(): Promise<void> {
    const pongs = this.all("pong").length;
    this.say({ type: "ping" });
    await until("the pong comes", () => this.all("pong").length > pongs);
  }

  async close(code = 1000): Promise<void> {
    this.socket.close(code);
    await this.closed();
  }

  /** Waits for the end, whoever brings it about. */
  async closed(): Promise<Ended> {
    await until("the socket is closed", () => this.ended !== undefined);
    return this.ended as Ended;
  }
}
