/**
 * POST /v1/sse and /v1/sse/messages: the whole protocol for clients whose network lets no WebSocket through. Owns which
 * connections there are, and how a batch finds its own. Knows the hub by `accept` alone.
 */
import type { Clock, Hub, Random } from "@roomcast/hub";
import { PONG_TIMEOUT_MS, refusal } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import { Deadlines } from "../deadlines.ts";
import type { Entrance } from "../entrance.ts";
import { type Answer, refused } from "../http/answer.ts";
import { readText } from "../http/read-body.ts";
import type { Call } from "../http/route.ts";
import type { RequestCredits } from "../request-credits.ts";
import { eventBlock } from "./event-block.ts";
import type { StreamWords } from "./event-stream.ts";
import { socketFormat } from "./socket-format.ts";
import type { Streams } from "./streams.ts";
import { VirtualSocket } from "./virtual-socket.ts";

export interface VirtualSocketsOptions {
  readonly hub: Pick<Hub, "accept">;
  readonly entrance: Pick<Entrance, "vouch">;
  readonly clock: Clock;
  readonly random: Random;
  readonly streams: Streams;
  readonly credits: Pick<RequestCredits, "take">;
}

/** Of the connection, as its stream has told it: in no URL, so in nobody's log. */
const CONNECTION = "roomcast-connection";
/** 1, 2, 3 … */
const BATCH = "roomcast-batch";
/** Behind this batch the client closes, with a code of RFC 6455. */
const CLOSE = "roomcast-close";

export class VirtualSockets {
  readonly #options: VirtualSocketsOptions;
  readonly #open = new Map<string, VirtualSocket>();
  /** A client answers each heartbeat with a batch, if it has nothing else to say with an empty one. */
  readonly #silences: Deadlines<VirtualSocket>;

  constructor(options: VirtualSocketsOptions) {
    this.#options = options;
    const { clock, streams } = options;
    this.#silences = new Deadlines(clock, streams.heartbeatMs + PONG_TIMEOUT_MS, (socket) => {
      socket.vanish();
    });
  }

  async open({ request, response }: Call): Promise<Answer | undefined> {
    const { hub, entrance, clock, random, streams } = this.#options;
    const vouched = await entrance.vouch(request);
    if (!vouched.ok) return refused(vouched.error);
    const name = random.id();
    const how = { transport: "sse", format: socketFormat, words: wordsOf(name), identity: vouched.value };
    const opened = streams.open(response, how, () => {
      this.#open.delete(name);
      this.#silences.stop(socket);
    });
    if (!opened.ok) return refused(opened.error);
    const stream = opened.value;
    // The client may speak as soon as it knows the name.
    stream.open();
    const socket = new VirtualSocket(clock, stream, hub.accept(stream));
    this.#open.set(name, socket);
    this.#silences.start(socket);
    return undefined;
  }

  /** A connection pays for what it says; who names none has only an address. */
  #gone(request: IncomingMessage): Answer {
    const refusal = this.#options.credits.take(request, null);
    return refusal === undefined ? GONE : refused(refusal);
  }

  async take({ request }: Call): Promise<Answer> {
    const name = headerOf(request, CONNECTION);
    const socket = this.#open.get(name);
    if (socket === undefined) return this.#gone(request);
    const number = numberOf(headerOf(request, BATCH));
    if (number === undefined) return refused(refusal("bad_message", `${BATCH}: expected a number from 1`));
    const text = await readText(request, "application/x-ndjson", this.#options.clock);
    if (!text.ok) {
      if (text.error.refusal.code === "too_large") socket.abort("tooLarge");
      return refused(text.error.refusal, text.error.status);
    }
    // It may have ended while the body came.
    if (this.#open.get(name) !== socket) return GONE;
    this.#silences.start(socket);
    switch (socket.take(number, text.value.split("\n"))) {
      case "ahead":
        return refused(refusal("bad_message", "a batch before this one has not come"), 409);
      case "too_large":
        return refused(refusal("too_large"));
      case "taken": {
        const code = numberOf(headerOf(request, CLOSE));
        if (code !== undefined) socket.leave(code);
        return { status: 200, body: JSON.stringify({ batch: number }) };
      }
    }
  }
}

const GONE: Answer = refused(refusal("not_found", "no such connection, or not any more"));

const wordsOf = (connection: string): StreamWords => ({
  opening: eventBlock({ event: "open", data: JSON.stringify({ connection }) }),
  heartbeat: eventBlock({ event: "ping", data: "{}" }),
  closing: (code, reason) => eventBlock({ event: "close", data: JSON.stringify({ code, reason }) }),
});

const headerOf = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? "");

const numberOf = (text: string): number | undefined =>
  /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
