/** Owns the first request of each transport, byte by byte, and a request on a connection of its own. */
import { RawSocket } from "./raw-socket.ts";
import type { Transport } from "./wires.ts";

export interface Headers {
  readonly [name: string]: string;
}

export const POLLING = "/socket.io/?EIO=4&transport=polling";
export const IO_WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";

const lines = (headers: Headers): string[] =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

export const upgradeHead = (port: number, target: string, headers: Headers = {}): string[] => [
  `GET ${target} HTTP/1.1`,
  ...lines({
    Host: `127.0.0.1:${port}`,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  }),
];

export const requestHead = (
  port: number,
  method: string,
  target: string,
  headers: Headers = {},
): string[] => [
  `${method} ${target} HTTP/1.1`,
  ...lines({ Host: `127.0.0.1:${port}`, Connection: "close", ...headers }),
];

/** One request of its own connection. @returns all of the answer. */
export async function exchange(
  port: number,
  method: string,
  target: string,
  headers: Headers = {},
  body?: string,
): Promise<RawSocket> {
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const head = requestHead(port, method, target, { ...length, ...headers });
  const socket = await RawSocket.ask(port, head, body);
  await socket.end();
  return socket;
}

/** The first request of each transport: what stands before anything is accepted. */
export const knock: Readonly<
  Record<Transport, (port: number, headers?: Headers, query?: string) => Promise<RawSocket>>
> = {
  ws: (port, headers, query = "") => RawSocket.ask(port, upgradeHead(port, `/v1/ws?${query}`, headers)),
  "socketio-polling": (port, headers, query = "") =>
    RawSocket.ask(port, requestHead(port, "GET", `${POLLING}&${query}`, headers)),
  "socketio-websocket": (port, headers, query = "") =>
    RawSocket.ask(port, upgradeHead(port, `${IO_WEBSOCKET}&${query}`, headers)),
  sse: (port, headers, query = "") =>
    RawSocket.ask(port, requestHead(port, "POST", `/v1/sse?${query}`, { "Content-Length": "0", ...headers })),
  http: (port, headers, query = "") => {
    const body = '{"event":"message","data":{"text":"x"}}';
    const own = { "Content-Type": "application/json", "Content-Length": String(body.length) };
    return RawSocket.ask(
      port,
      requestHead(port, "POST", `/v1/rooms/general/events?${query}`, { ...own, ...headers }),
      body,
    );
  },
};
