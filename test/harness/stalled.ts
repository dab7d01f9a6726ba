/** Owns clients that come into a room and then read nothing: what is on its way to them stays there, until they read on. */
import { CLOSE_TIMEOUT_MS } from "@roomcast/protocol";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect as connectTo } from "node:net";
import type { Readable } from "node:stream";
import { WebSocket } from "ws";

import { until } from "./until.ts";

export interface Who {
  readonly room: string;
  readonly token: string;
}

export interface Stalled {
  /** Reads until nothing more can come. @returns what came since it stood still. */
  readOn(): Promise<string>;
}

/** @param fill makes the room say much; resolves once it is on its way. */
export type Stall = (url: string, who: Who, fill: () => Promise<unknown>) => Promise<Stalled>;

/** Whatever is read of it from now on. */
function gathering(stream: Readable): { readonly text: () => string; readonly isOver: () => boolean } {
  let text = "";
  let isOver = false;
  const end = (): void => void (isOver = true);
  stream
    .on("data", (chunk: Buffer) => (text += chunk.toString()))
    .on("error", end)
    .on("close", end)
    .on("end", end);
  return { text: () => text, isOver: () => isOver };
}

/** Nothing comes for so long that nothing will. */
const QUIET_MS = 500;

async function readOn(resume: () => void, text: () => string, isOver: () => boolean): Promise<string> {
  const before = text().length;
  resume();
  let length = text().length;
  let sinceMs = performance.now();
  await until("nothing more comes", () => {
    if (text().length !== length) sinceMs = performance.now();
    length = text().length;
    return isOver() || performance.now() - sinceMs > QUIET_MS;
  });
  return text().slice(before);
}

/** @param leave what it does once the rest is on its way; `told` is what it was told before. */
const bySocket =
  (
    path: string,
    hello: (who: Who) => string,
    leave: (url: string, who: Who, told: string) => Promise<unknown> = () => Promise.resolve(),
  ): Stall =>
  async (url, who, fill) => {
    const socket = new WebSocket(url.replace("http", "ws") + path);
    let text = "";
    let isOver = false;
    socket
      .on("message", (data: Buffer) => (text += data.toString()))
      .on("error", () => undefined)
      .on("close", () => (isOver = true))
      .on("open", () => socket.send(hello(who)));
    await until("it has entered", () => text.includes("joined"));
    socket.pause();
    await fill();
    await leave(url, who, text);
    return {
      readOn: () =>
        readOn(
          () => socket.resume(),
          () => text,
          () => isOver,
        ),
    };
  };

const ask = (url: string, options: RequestOptions, body?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    httpRequest(url, { agent: false, ...options }, resolve)
      .on("error", reject)
      .end(body);
  });

async function wholeOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  return text;
}

/**
 * An answer of which the first bytes are read and no more. By a socket of its own: an HTTP client reads on for a while, and
 * with that the system makes room for the rest.
 */
async function unread(url: string, headers: Readonly<Record<string, string>>): Promise<Stalled> {
  const { hostname, port, pathname, search } = new URL(url);
  let text = "";
  let [isOver, isStalled] = [false, true];
  const socket = connectTo({
    ...{ host: hostname, port: Number(port) },
    onread: {
      buffer: Buffer.alloc(4_096),
      callback(length, bytes) {
        text += Buffer.from(bytes.subarray(0, length)).toString();
        return !isStalled;
      },
    },
  });
  const end = (): void => void (isOver = true);
  socket.on("error", end).on("close", end);
  const lines = Object.entries({ host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write([`GET ${pathname}${search} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  await until("the answer begins", () => text.length > 0);
  const resume = (): void => {
    isStalled = false;
    socket.resume();
  };
  return {
    readOn: () =>
      readOn(
        resume,
        () => text,
        () => isOver,
      ),
  };
}

const bearer = ({ token }: Who): { authorization: string } => ({ authorization: `Bearer ${token}` });

const byStream: Stall = async (url, who, fill) => {
  const answer = await ask(`${url}/v1/rooms/${who.room}/stream?history=1`, { headers: bearer(who) });
  const { text, isOver } = gathering(answer);
  await until("it reads", () => text().includes("first"));
  answer.pause();
  await fill();
  return { readOn: () => readOn(() => answer.resume(), text, isOver) };
};

const byRequests: Stall = async (url, who, fill) => {
  const answer = await ask(`${url}/v1/sse`, { method: "POST" });
  const { text, isOver } = gathering(answer);
  await until("it is open", () => text().includes("connection"));
  const headers = {
    ...{ "content-type": "application/x-ndjson", "roomcast-batch": "1" },
    "roomcast-connection": /"connection":"([^"]+)"/.exec(text())?.[1] ?? "",
  };
  await wholeOf(await ask(`${url}/v1/sse/messages`, { method: "POST", headers }, helloOf(who)));
  await until("it has entered", () => text().includes("joined"));
  answer.pause();
  await fill();
  return { readOn: () => readOn(() => answer.resume(), text, isOver) };
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

const byHistory: Stall = async (url, who, fill) => {
  await fill();
  return unread(`${url}/v1/rooms/${who.room}/events?limit=300`, bearer(who));
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

export const STALLED: Readonly<Record<string, Stall>> = {
  ws: bySocket("/v1/ws", helloOf),
  "socketio-websocket": bySocket(
    "/socket.io/?EIO=4&transport=websocket",
    ({ room, token }) => `40${JSON.stringify({ token, join: [{ room }] })}`,
  ),
  "socketio-polling": byPolling(),
  "socketio-polling, then a websocket": byPolling(upgrade),
  sse: byStream,
  "sse+http": byRequests,
  http: byHistory,
  "ws that was superseded": bySocket("/v1/ws", helloOf, comeBack),
  "ws that was superseded and given up": bySocket("/v1/ws", helloOf, async (...all) => {
    await comeBack(...all);
    await new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS + 500));
  }),
};
