/**
 * Owns a socket that is made of plain requests, for where WebSockets are blocked: a stream of events down, numbered batches
 * up, one under way at a time. PROTOCOL.md, "This protocol without a WebSocket".
 */
import { CLOSE_CODES, MAX_MESSAGE_BYTES } from "@roomcast/protocol";
import { createParser, type EventSourceMessage } from "eventsource-parser";

import type { Clock, Dial, OpenSocket, Socket, SocketListener } from "./ports.ts";

/** As much of `fetch` as the client needs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What is sent again has no effect where it had come; after these it is not worth the wait. */
const RETRY_DELAYS_MS = [200, 1_000, 3_000];
const VANISHED = 1006;

const utf8 = new TextEncoder();

export const openStreamWith =
  (request: Fetch, clock: Clock): OpenSocket =>
  (dial, listener) =>
    new StreamSocket(dial, listener, request, clock);

class StreamSocket implements Socket {
  readonly #dial: Dial;
  readonly #listener: SocketListener;
  readonly #request: Fetch;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #waiting: string[] = [];
  /** Names this one towards the server; undefined until the stream has begun. */
  #connection: string | undefined;
  #batches = 0;
  #posting = false;
  /** The server wants to hear something. */
  #pinged = false;
  #closing: number | undefined;
  #ended = false;

  constructor(dial: Dial, listener: SocketListener, request: Fetch, clock: Clock) {
    this.#dial = dial;
    this.#listener = listener;
    this.#request = request;
    this.#clock = clock;
    void this.#read();
  }

  send(text: string): void {
    if (this.#ended) return;
    this.#waiting.push(text);
    void this.#post();
  }

  close(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing = code;
    if (this.#connection === undefined) this.#abort.abort();
    else void this.#post();
  }

  async #read(): Promise<void> {
    try {
      const response = await this.#request(this.#dial.url, {
        ...{ method: "POST", headers: this.#headers(), cache: "no-store", signal: this.#abort.signal },
      });
      if (response.ok && response.body !== null) await this.#follow(response.body.getReader());
      else this.#end(...(await refusalIn(response)));
      this.#end(VANISHED, "");
    } catch (error) {
      this.#end(VANISHED, error instanceof Error ? error.message : "");
    }
  }

  async #follow(body: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const parser = createParser({ onEvent: (event) => this.#heard(event) });
    const decoder = new TextDecoder();
    for (let read = await body.read(); !read.done; read = await body.read())
      parser.feed(decoder.decode(read.value, { stream: true }));
  }

  #heard({ event, data }: EventSourceMessage): void {
    switch (event) {
      case undefined:
        if (!this.#ended) this.#listener.received(data);
        return;
      case "open":
        this.#connection = (JSON.parse(data) as { connection: string }).connection;
        if (!this.#ended) this.#listener.opened();
        void this.#post();
        return;
      case "ping":
        this.#pinged = true;
        void this.#post();
        return;
      case "close": {
        const { code, reason } = JSON.parse(data) as { code: number; reason: string };
        this.#end(code, reason);
        return;
      }
      default:
    }
  }

  /** What gathers while a batch is under way is the next one. */
  async #post(): Promise<void> {
    if (this.#posting || this.#connection === undefined) return;
    this.#posting = true;
    while (this.#waiting.length > 0 || this.#pinged || this.#closing !== undefined) {
      if (this.#abort.signal.aborted) return;
      const batch = this.#take();
      // Behind the last of them.
      const closing = this.#waiting.length === 0 ? this.#closing : undefined;
      const refused = await this.#sendBatch(batch, closing);
      if (refused !== undefined) this.#end(...refused);
      if (refused !== undefined || closing !== undefined) {
        this.#abort.abort();
        return;
      }
    }
    this.#posting = false;
  }

  /** As many messages as one batch may hold. */
  #take(): string {
    this.#pinged = false;
    let bytes = 0;
    let count = 0;
    for (const message of this.#waiting) {
      bytes += utf8.encode(message).length + 1;
      // The last line needs no end.
      if (count > 0 && bytes - 1 > MAX_MESSAGE_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count).join("\n");
  }

  /** @returns how the connection ended, if it did. */
  async #sendBatch(body: string, closing: number | undefined): Promise<End | undefined> {
    this.#batches += 1;
    const headers = {
      ...this.#headers(),
      "content-type": "application/x-ndjson",
      "roomcast-connection": this.#connection ?? "",
      "roomcast-batch": String(this.#batches),
      ...(closing !== undefined && { "roomcast-close": String(closing) }),
    };
    const url = new URL(this.#dial.url);
    url.pathname += "/messages";
    // A page that is being left may still say so.
    const init = { method: "POST", headers, body, keepalive: closing !== undefined };
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      try {
        const response = await this.#request(url.href, init);
        if (!response.ok) return await refusalIn(response);
        // What is not read keeps its connection from the next batch.
        await response.text();
        return undefined;
      } catch (error) {
        if (delayMs === undefined || closing !== undefined || this.#abort.signal.aborted)
          return [VANISHED, error instanceof Error ? error.message : ""];
        await new Promise<void>((resolve) => void this.#clock.after(delayMs, resolve));
      }
    }
    return undefined;
  }

  #headers(): Record<string, string> {
    const { token } = this.#dial;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  #end(code: number, reason: string): void {
    this.#abort.abort();
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.closed(code, reason);
  }
}

type End = readonly [code: number, reason: string];

/** What a WebSocket would have been closed with. Only the server itself is believed: a proxy may answer anything. */
const CLOSED_WITH: Readonly<Record<number, number>> = {
  401: CLOSE_CODES.unauthorised.code,
  403: CLOSE_CODES.forbidden.code,
  413: CLOSE_CODES.tooLarge.code,
  429: CLOSE_CODES.tooMany.code,
  503: CLOSE_CODES.restart.code,
};

async function refusalIn(response: Response): Promise<End> {
  const { status } = response;
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    return [CLOSED_WITH[status] ?? VANISHED, `${error.code}: ${error.message}`];
  } catch {
    return [VANISHED, `answered with ${status}`];
  }
}
