/** Owns clients that come into a room, by each transport, and then read nothing. */
import { CLOSE_TIMEOUT_MS } from "@roomcast/protocol";
import type { Socket } from "node:net";
import { WebSocket } from "ws";

import { ask, get, Incoming, incomingOf, type Stalled, unread, wholeOf } from "./standing-still.ts";
import { frame } from "./threats/raw-socket.ts";
import { until } from "./until.ts";

export interface Who {
  readonly room: string;
  readonly token: string;
}

/** @param fill makes the room say much; resolves once it is on its way. */
export type Stall = (url: string, who: Who, fill: () => Promise<unknown>) => Promise<Stalled>;

/** What it does once the rest is on its way; `told` is what it was told before. */
type Leave = (url: string, who: Who, told: string, socket: WebSocket) => unknown;

const bySocket =
  (path: string, hello: (who: Who) => string, leave: Leave = () => undefined): Stall =>
  async (url, who, fill) => {
    const socket = new WebSocket(url.replace("http", "ws") + path);
    const incoming = new Incoming();
    socket
      .on("message", incoming.add)
      .on("error", () => undefined)
      .on("close", incoming.end)
      .on("open", () => socket.send(hello(who)));
    await until("it has entered", () => incoming.text.includes("joined"));
    socket.pause();
    await fill();
    await leave(url, who, incoming.text, socket);
    return incoming.stalled(() => socket.resume());
  };

const bearer = ({ token }: Who): { authorization: string } => ({ authorization: `Bearer ${token}` });

const byStream: Stall = async (url, who, fill) => {
  const answer = await ask(`${url}/v1/rooms/${who.room}/stream?history=1`, { headers: bearer(who) });
  const incoming = incomingOf(answer);
  await until("it reads", () => incoming.text.includes("first"));
  answer.pause();
  await fill();
  return incoming.stalled(() => answer.resume());
};

const byRequests: Stall = async (url, who, fill) => {
  const answer = await ask(`${url}/v1/sse`, { method: "POST" });
  const incoming = incomingOf(answer);
  await until("it is open", () => incoming.text.includes("connection"));
  const headers = {
    ...{ "content-type": "application/x-ndjson", "roomcast-batch": "1" },
    "roomcast-connection": /"connection":"([^"]+)"/.exec(incoming.text)?.[1] ?? "",
  };
  await wholeOf(await ask(`${url}/v1/sse/messages`, { method: "POST", headers }, helloOf(who)));
  await until("it has entered", () => incoming.text.includes("joined"));
  answer.pause();
  await fill();
  return incoming.stalled(() => answer.resume());
};

/** @param leave what it does once the poll is answered, unread. */
const byPolling =
  (leave: (url: string, sid: string) => Promise<unknown> = () => Promise.resolve()): Stall =>
  async (url, { room, token }, fill) => {
    const at = `${url}/socket.io/?EIO=4&transport=polling`;
    const sid = /"sid":"([^"]+)"/.exec(await wholeOf(await ask(at, {})))?.[1] ?? "";
    const poll = `${at}&sid=${sid}`;
    const connect = `40${JSON.stringify({ token, join: [{ room }] })}`;
    await wholeOf(await ask(poll, { method: "POST", headers: { "content-type": "text/plain" } }, connect));
    let told = "";
    while (!told.includes("joined")) told += await wholeOf(await ask(poll, {}));
    // Held for the poll that comes next, whose answer is not read.
    await fill();
    const stalled = await unread(poll, {});
    await leave(url, sid);
    return stalled;
  };

/** Engine.IO: a probe, its answer, and then the upgrade. */
async function upgrade(url: string, sid: string): Promise<void> {
  const socket = new WebSocket(
    `${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=${sid}`,
  );
  let text = "";
  socket
    .on("message", (data: Buffer) => (text += data.toString()))
    .on("error", () => undefined)
    .on("open", () => socket.send("2probe"));
  await until("it is probed", () => text.includes("3probe"));
  socket.send("5");
  await new Promise((resolve) => {
    socket.once("pong", resolve).ping();
  });
}

const byHistory =
  (leave?: (socket: Socket) => unknown, headers: Readonly<Record<string, string>> = {}): Stall =>
  async (url, who, fill) => {
    await fill();
    return unread(`${url}/v1/rooms/${who.room}/events?limit=300`, { ...headers, ...bearer(who) }, leave);
  };

const idle = (ms: number) => (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Longer than Node keeps a connection that asks for nothing more. */
const KEEP_ALIVE_MS = 7_000;
/** The server, in this process, has written what it had, and seen an end, by then: whoever stands still is told nothing of it. */
const SEEN_MS = 300;

const closeHalf = async (socket: Socket): Promise<void> => {
  socket.end();
  await idle(SEEN_MS)();
};

/** A WebSocket that closes its half once the rest is on its way: it will say nothing more, and goes on reading. */
const byHalf =
  (path: string, hello: (who: Who) => string, last: Buffer = Buffer.alloc(0)): Stall =>
  async (url, who, fill) => {
    const wire = get(url + path, UPGRADE);
    await until("it is open", () => wire.incoming.text.includes("101 Switching"));
    wire.socket.write(frame(hello(who)));
    await until("it has entered", () => wire.incoming.text.includes("joined"));
    wire.stand();
    await fill();
    await idle(SEEN_MS)();
    wire.socket.write(last);
    await closeHalf(wire.socket);
    return wire;
  };

const UPGRADE = {
  ...{ connection: "Upgrade", upgrade: "websocket" },
  ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
};
/** RFC 6455: a close frame that says 1000. */
const GOODBYE = frame(Buffer.from([0x03, 0xe8]), { first: 0x88 });

/** By its last words it is out of the room. */
const leaveBy =
  (say: (socket: WebSocket, room: string) => void): Leave =>
  async (url, who, _, socket) => {
    say(socket, who.room);
    await until("it has left", async () => {
      const members = await ask(`${url}/v1/rooms/${who.room}/members`, { headers: bearer(who) });
      return (await wholeOf(members)).includes('"count":0');
    });
  };

/** Comes back over another socket, which takes the session over, and waits until the first has been given up. */
async function comeBack(url: string, { token, room }: Who, told: string): Promise<void> {
  const resume = /"resume":"([^"]+)"/.exec(told)?.[1];
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`);
  let text = "";
  socket
    .on("message", (data: Buffer) => (text += data.toString()))
    .on("error", () => undefined)
    .on("open", () =>
      socket.send(JSON.stringify({ type: "hello", protocol: 1, token, resume, join: [{ room }] })),
    );
  await until("it is back", () => text.includes("joined"));
}

const helloOf = ({ room, token }: Who): string =>
  JSON.stringify({ type: "hello", protocol: 1, token, join: [{ room }] });

const ENGINE_WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";
const connectOf = ({ room, token }: Who): string => `40${JSON.stringify({ token, join: [{ room }] })}`;

export const STALLED: Readonly<Record<string, Stall>> = {
  ws: bySocket("/v1/ws", helloOf),
  "socketio-websocket": bySocket(ENGINE_WEBSOCKET, connectOf),
  "socketio-websocket that has closed its half": byHalf(ENGINE_WEBSOCKET, connectOf),
  "socketio-websocket that has said goodbye": bySocket(
    ENGINE_WEBSOCKET,
    connectOf,
    leaveBy((socket) => socket.send("41")),
  ),
  "socketio-websocket that was superseded": bySocket(ENGINE_WEBSOCKET, connectOf, comeBack),
  "socketio-polling": byPolling(),
  "socketio-polling, then a websocket": byPolling(upgrade),
  sse: byStream,
  "sse+http": byRequests,
  http: byHistory(),
  "http, and closes its half": byHistory(closeHalf),
  "http, and is to be closed behind the answer": byHistory(undefined, { connection: "close" }),
  "http, and is idle": byHistory(idle(KEEP_ALIVE_MS)),
  "ws that has closed its half": byHalf("/v1/ws", helloOf),
  "ws that has said goodbye and closed its half": byHalf("/v1/ws", helloOf, GOODBYE),
  "ws that has left the room": bySocket(
    "/v1/ws",
    helloOf,
    leaveBy((socket, room) => socket.send(JSON.stringify({ type: "leave", id: "left", room }))),
  ),
  "ws that was superseded": bySocket("/v1/ws", helloOf, comeBack),
  "ws that was superseded and given up": bySocket("/v1/ws", helloOf, async (url, who, told) => {
    await comeBack(url, who, told);
    await idle(CLOSE_TIMEOUT_MS + 500)();
  }),
};
