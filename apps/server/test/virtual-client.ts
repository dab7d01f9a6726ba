/** Owns a client of a connection without a WebSocket, as any program could write it: a stream down, numbered batches up. */
import { StreamReader } from "./stream-reader.ts";

type Headers = Readonly<Record<string, string>>;

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export class VirtualClient implements AsyncDisposable {
  readonly stream: StreamReader;
  readonly #url: string;
  readonly #connection: string;
  #batches = 0;

  private constructor(url: string, stream: StreamReader, connection: string) {
    this.#url = url;
    this.stream = stream;
    this.#connection = connection;
  }

  static async open(url: string, headers: Headers = {}): Promise<VirtualClient> {
    const stream = await StreamReader.open(`${url}/v1/sse`, { method: "POST", headers });
    const first = await stream.next();
    if (first.event !== "open") throw new Error(`it began with ${first.event ?? "a message"}`);
    const { connection } = JSON.parse(first.data) as { connection: string };
    return new VirtualClient(url, stream, connection);
  }

  /** Hello was accepted; welcome and what comes with it are left to be heard. */
  static async hello(url: string, hello: object = {}): Promise<VirtualClient> {
    const client = await VirtualClient.open(url);
    await client.say({ type: "hello", protocol: 1, ...hello });
    return client;
  }

  /** All of them in one batch. */
  say(...messages: object[]): Promise<Answered> {
    return this.batch(messages.map((message) => JSON.stringify(message)).join("\n"));
  }

  /** @param headers instead of those of the next batch. */
  async batch(body: string | Uint8Array<ArrayBuffer>, headers: Headers = {}): Promise<Answered> {
    const number = headers["roomcast-batch"] ?? String((this.#batches += 1));
    const response = await fetch(`${this.#url}/v1/sse/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/x-ndjson",
        "roomcast-connection": this.#connection,
        "roomcast-batch": number,
        ...headers,
      },
      body,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** The next message; heartbeats are passed over. @throws when the connection was closed. */
  async message(): Promise<Record<string, unknown>> {
    for (;;) {
      const { event, data } = await this.stream.next();
      if (event === undefined) return JSON.parse(data) as Record<string, unknown>;
      if (event !== "ping") throw new Error(`${event}: ${data}`);
    }
  }

  /** The next message of this type. */
  async hear(type: string): Promise<Record<string, unknown>> {
    for (;;) {
      const message = await this.message();
      if (message["type"] === type) return message;
    }
  }

  /** How the server has closed it. */
  async closed(): Promise<{ code: number; reason: string }> {
    const last = (await this.stream.rest()).at(-1);
    if (last?.event !== "close") throw new Error(`it ended with ${JSON.stringify(last)}`);
    return JSON.parse(last.data) as { code: number; reason: string };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream[Symbol.asyncDispose]();
  }
}
