/**
 * Owns one client's line to the server, by each transport that carries the protocol: it asks, and remembers all that it is
 * told. It repairs nothing and comes back by itself nowhere, so that what the server does to it is seen.
 */
import { type OpenSocket, openWith, streamWith } from "@roomcast/client";
import { io } from "socket.io-client";

import { fetchAlone } from "./fetch-alone.ts";
import { until } from "./until.ts";

export interface Told {
  readonly type: string;
  readonly id?: string;
  readonly room?: string;
  readonly code?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly resume?: string;
  readonly clientId?: string;
  readonly events?: readonly object[];
  readonly [field: string]: unknown;
}

export interface Hello {
  readonly token?: string;
  readonly resume?: string;
  readonly join?: readonly object[];
}

export interface Line extends AsyncDisposable {
  /** Oldest first. */
  readonly told: readonly Told[];
  /** Of the table of close codes; undefined as long as it lives. 1006 where it was cut, or never came to be. */
  readonly ended: number | undefined;
  /** The answer to a request, or why it was refused. */
  ask(request: { readonly type: string; readonly [field: string]: unknown }): Promise<Told>;
  say(request: { readonly type: string; readonly [field: string]: unknown }): void;
}

/** Resolves once hello was answered: by a welcome and the rooms, or by an end. */
export type OpenLine = (url: string, hello?: Hello) => Promise<Line>;

const answered = (told: readonly Told[], { join = [] }: Hello): boolean =>
  told.some(({ type }) => type === "welcome") &&
  told.filter(({ type, room }) => type === "joined" || (type === "error" && room !== undefined)).length >=
    join.length;

const native =
  (path: string, open: OpenSocket): OpenLine =>
  async (url, hello = {}) => {
    const told: Told[] = [];
    let ended: number | undefined;
    const socket = open(
      { url: url + path, token: hello.token },
      {
        opened: () => socket.send(JSON.stringify({ type: "hello", protocol: 1, join: [], ...hello })),
        received: (text) => told.push(JSON.parse(text) as Told),
        closed: (code) => (ended = code),
      },
    );
    await until("hello is answered", () => ended !== undefined || answered(told, hello));
    const say: Line["say"] = (request) => socket.send(JSON.stringify(request));
    return {
      told,
      say,
      get ended() {
        return ended;
      },
      async ask(request) {
        const id = crypto.randomUUID();
        say({ id, ...request });
        let answer: Told | undefined;
        await until(`${request.type} is answered`, () => {
          answer = told.find((message) => message.type !== "event" && message.id === id);
          return answer !== undefined || ended !== undefined;
        });
        return answer ?? { type: "ended", code: String(ended) };
      },
      [Symbol.asyncDispose]: async () => socket.close(1000, ""),
    };
  };

const socketio =
  (transport: "polling" | "websocket"): OpenLine =>
  async (url, { token, resume, join = [] } = {}) => {
    const told: Told[] = [];
    let ended: number | undefined;
    const hello = { ...(token !== undefined && { token }), ...(resume !== undefined && { resume }), join };
    const socket = io(url, { transports: [transport], auth: hello, forceNew: true, reconnection: false });
    const emit = socket.emit.bind(socket);
    socket.onAny((name: string, data: Told, context?: object) =>
      told.push(context === undefined ? { ...data, type: name } : { ...context, type: "event", data }),
    );
    socket
      .on("error", ({ closeCode }: { closeCode?: number }) => (ended = closeCode ?? ended))
      .on("disconnect", () => (ended ??= 1006))
      .on("connect_error", (error: Error & { data?: Told }) => {
        if (error.data !== undefined) told.push({ ...error.data, type: "error" });
        ended = error.data?.code === "unauthorised" ? 4501 : 1006;
      });
    await until("CONNECT is answered", () => ended !== undefined || answered(told, { join }));
    const argsOf = ({ type, ...fields }: { type: string; [field: string]: unknown }): unknown[] =>
      type === "publish" ? [fields["event"], fields["data"], fields] : [type, fields];
    return {
      told,
      get ended() {
        return ended;
      },
      say: (request) => void emit(...(argsOf(request) as [string])),
      async ask(request) {
        let answer: Told | undefined;
        const [name, ...rest] = argsOf(request) as [string];
        emit(name, ...rest, (given: Told & { ok: boolean }) => {
          answer = given.ok ? given : { ...given, type: "error" };
        });
        await until(`${request.type} is answered`, () => answer !== undefined || ended !== undefined);
        return answer ?? { type: "ended", code: String(ended) };
      },
      [Symbol.asyncDispose]: async () => void socket.disconnect(),
    };
  };

const overWebSocket = native("/v1/ws", openWith(WebSocket));

/** By the transports of the threats' matrix that carry a session. */
export const LINES: Readonly<Record<string, OpenLine>> = {
  ws: (url, hello) => overWebSocket(url.replace("http", "ws"), hello),
  sse: native("/v1/sse", streamWith(fetchAlone)),
  "socketio-polling": socketio("polling"),
  "socketio-websocket": socketio("websocket"),
};

/** By when a connection that has lost a room has shown that it took everything, or is cut: some can show nothing (ADR 0014). */
const CUT_BY_MS = 1_000;

/** The same line if it lives after a loss, else one that comes back. @param room that it is still in. */
export async function afterLoss(line: Line, room: string, again: () => Promise<Line>): Promise<Line> {
  await new Promise((resolve) => setTimeout(resolve, CUT_BY_MS));
  const { type } = await line.ask({ type: "history", room });
  return type === "ended" ? again() : line;
}
