/** Owns what an attacker sends that may send fifty messages a second and tries a thousand times that, by each way into a server. */
import { frame, RawSocket } from "../harness/threats/raw-socket.ts";
import { IO_WEBSOCKET, upgradeHead } from "../harness/threats/heads.ts";
import type { SinkName } from "./sinks.ts";

const PER_SECOND = 50 * 1_000;
const EVERY_MS = 20;
/** Sent again every 20 ms. */
const WAVE = (PER_SECOND * EVERY_MS) / 1_000;

const DATA = { text: "x".repeat(200) };
const HELLO = frame('{"type":"hello","protocol":1,"join":[{"room":"flooded"}]}');
const PUBLISH = { type: "publish", id: "x", room: "flooded", event: "message", data: DATA };

/** What the system takes is what is sent: the rest would only fill this process. */
function flood(open: () => Promise<RawSocket>, wave: Buffer): void {
  let socket: RawSocket | undefined;
  let isComing = false;
  const come = async (): Promise<void> => {
    isComing = true;
    socket = await open().catch(() => undefined);
    // What is answered is of no interest, and would be kept.
    socket?.tcp.removeAllListeners("data").resume();
    isComing = false;
  };
  setInterval(() => {
    if (socket === undefined || socket.ended) {
      if (!isComing) void come();
    } else if (socket.tcp.writableLength < 4 * wave.length) socket.write(wave);
  }, EVERY_MS);
}

const times = (count: number, bytes: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => bytes));

async function socket(port: number, target: string, hello: Buffer): Promise<RawSocket> {
  const opened = await RawSocket.ask(port, upgradeHead(port, target));
  opened.write(hello);
  return opened;
}

/** Connections side by side, each of which says hello and goes. */
const CONNECTING = 64;

async function comeAndGo(port: number): Promise<never> {
  while (true) {
    const opened = await socket(port, "/v1/ws", HELLO).catch(() => undefined);
    if (opened !== undefined) await opened.status();
    opened?.destroy();
  }
}

function publishRequest(port: number): Buffer {
  const body = JSON.stringify({ event: "message", data: DATA });
  const head = [
    "POST /v1/rooms/flooded/events HTTP/1.1",
    ...[`Host: 127.0.0.1:${port}`, "Content-Type: application/json", `Content-Length: ${body.length}`],
  ];
  return Buffer.from([...head, "", body].join("\r\n"));
}

/** Of one connection at once: one more, and it is cut. */
const PIPELINED = 30;

interface Attack {
  readonly begin: (port: number) => void;
  /** The least that a server could do about it. */
  readonly sink: SinkName;
}

export const ATTACKS = {
  publish: {
    begin: (port) => flood(() => socket(port, "/v1/ws", HELLO), times(WAVE, frame(JSON.stringify(PUBLISH)))),
    sink: "holds",
  },
  connect: {
    begin: (port) => {
      for (let count = 0; count < CONNECTING; count += 1) void comeAndGo(port);
    },
    sink: "cuts",
  },
  http: {
    begin: (port) => {
      const wave = times(PIPELINED, publishRequest(port));
      for (let count = 0; count < WAVE / PIPELINED; count += 1) flood(() => RawSocket.connect(port), wave);
    },
    sink: "cuts",
  },
  socketio: {
    begin: (port) =>
      flood(
        () => socket(port, IO_WEBSOCKET, frame('40{"join":[{"room":"flooded"}]}')),
        times(WAVE, frame(`42${JSON.stringify(["message", DATA])}`)),
      ),
    sink: "holds",
  },
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;
