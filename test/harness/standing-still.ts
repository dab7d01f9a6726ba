/** Owns connections that stand still: what is on its way to them stays there, until they read on. Must not know rooms. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect as connectTo, type Socket } from "node:net";
import type { Readable } from "node:stream";

import { until } from "./until.ts";

export interface Stalled {
  /** Reads until the connection has ended, however it does. @returns what came since it stood still. */
  readOn(): Promise<string>;
}

/** What has come over one connection. */
export class Incoming {
  #text = "";
  readonly #over = Promise.withResolvers<void>();

  get text(): string {
    return this.#text;
  }

  readonly add = (chunk: Buffer): void => void (this.#text += chunk.toString());
  readonly end = (): void => this.#over.resolve();

  /** @param resume makes it read. */
  stalled(resume: () => void): Stalled {
    return {
      readOn: async () => {
        const before = this.#text.length;
        resume();
        await this.#over.promise;
        return this.#text.slice(before);
      },
    };
  }
}

export function incomingOf(stream: Readable): Incoming {
  const incoming = new Incoming();
  stream.on("data", incoming.add).on("error", incoming.end).on("close", incoming.end).on("end", incoming.end);
  return incoming;
}

export const ask = (url: string, options: RequestOptions, body?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    httpRequest(url, { agent: false, ...options }, resolve)
      .on("error", reject)
      .end(body);
  });

export async function wholeOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  return text;
}

export interface Wire extends Stalled {
  readonly socket: Socket;
  readonly incoming: Incoming;
  /** From now on nothing is read. */
  stand(): void;
}

/**
 * A GET by a socket of its own, of whose answer nothing is read once it stands: an HTTP client reads on for a while, and with
 * that the system makes room for the rest.
 */
export function get(url: string, headers: Readonly<Record<string, string>>): Wire {
  const { hostname, port, pathname, search } = new URL(url);
  const incoming = new Incoming();
  let stands = false;
  const socket = connectTo({
    ...{ host: hostname, port: Number(port), allowHalfOpen: true },
    onread: {
      buffer: Buffer.alloc(4_096),
      callback(length, bytes) {
        incoming.add(Buffer.from(bytes.subarray(0, length)));
        return !stands;
      },
    },
  });
  socket.on("error", incoming.end).on("close", incoming.end).on("end", incoming.end);
  const lines = Object.entries({ host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write([`GET ${pathname}${search} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  const resume = (): void => {
    stands = false;
    socket.resume();
  };
  return { socket, incoming, stand: () => void (stands = true), ...incoming.stalled(resume) };
}

/** An answer of which the first bytes are read and no more. */
export async function unread(
  url: string,
  headers: Readonly<Record<string, string>>,
  leave: (socket: Socket) => unknown = () => undefined,
): Promise<Stalled> {
  const wire = get(url, headers);
  wire.stand();
  await until("the answer begins", () => wire.incoming.text.length > 0);
  await leave(wire.socket);
  return wire;
}
