/**
 * Measures what an open inspector costs the server: CPU of the built server's process while nobody watches and while one
 * inspector does, in turns, under the same load. Prints one Markdown table: each state's CPU per window, in % of one core.
 *
 * node bench/inspector-cost.ts [connections, default 10000] [events per second, default 200] [windows, default 4]
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { WebSocket } from "ws";

const [connections = 10_000, eventsPerSecond = 200, windows = 4] = process.argv.slice(2).map(Number);
const MEMBERS_PER_ROOM = 100;
const WINDOW_MS = 10_000;
/** Let go of what the change of state itself costs. */
const SETTLE_MS = 2_000;
const AT_ONCE = 100;
const TICKS_PER_SECOND = 100;

const port = await freePort();
const http = `http://127.0.0.1:${port}`;
const server = spawn(process.execPath, [join(import.meta.dirname, "../dist/main.js")], {
  env: {
    ...{ PATH: process.env["PATH"], PORT: String(port), HOST: "127.0.0.1", ROOMCAST_LOG: "error" },
    ...{ ROOMCAST_STORE: "memory", ROOMCAST_CONNECTIONS_PER_ADDRESS: "0", ROOMCAST_MESSAGES_PER_SECOND: "0" },
    ROOMCAST_BYTES_PER_SECOND: "0",
  },
  stdio: ["ignore", "inherit", "inherit"],
});
process.on("exit", () => server.kill("SIGKILL"));
while (
  !(await fetch(`${http}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  ))
)
  await sleep(50);

for (let made = 0; made < connections; made += AT_ONCE) {
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, connections - made) }, (_, n) => reader(made + n)),
  );
}
const talking = eventsPerSecond > 0 ? await publishers() : undefined;

const { connections: held } = (await (await fetch(`${http}/v1/admin/overview`)).json()) as {
  connections: number;
};
const measured = { closed: [] as number[], open: [] as number[] };
for (let window = 0; window < windows; window += 1) {
  await sleep(SETTLE_MS);
  measured.closed.push(await cpuOf(WINDOW_MS));
  const inspector = inspect();
  await sleep(SETTLE_MS);
  measured.open.push(await cpuOf(WINDOW_MS));
  inspector.abort();
}
clearInterval(talking);

const rows = Object.entries(measured).map(
  ([state, shares]) =>
    `| ${state} | ${shares.map((share) => share.toFixed(1)).join(", ")} | ${median(shares).toFixed(1)} |`,
);
const more = median(measured.open) - median(measured.closed);
console.log(
  [
    `${held} connections, ${connections / MEMBERS_PER_ROOM} rooms, ${eventsPerSecond} events/s in, ${eventsPerSecond * MEMBERS_PER_ROOM}/s out`,
    "| inspector | % of one core, per window | median |",
    "| --- | --- | --- |",
    ...rows,
    `open costs ${more.toFixed(1)} % of one core more`,
  ].join("\n"),
);
process.exit();

/** All that the inspector's page asks for, of all its sections at once. */
function inspect(): AbortController {
  const abort = new AbortController();
  const { signal } = abort;
  const ignore = (): undefined => undefined;
  for (const path of ["live", "tail"]) {
    void fetch(`${http}/v1/admin/${path}`, { signal })
      .then((answer) => answer.body?.pipeTo(new WritableStream(), { signal }))
      .catch(ignore);
  }
  const polling = setInterval(() => {
    for (const path of ["rooms?order=rate", "clients?order=queued", "rooms/r0"]) {
      void fetch(`${http}/v1/admin/${path}`, { signal })
        .then((answer) => answer.text())
        .catch(ignore);
    }
  }, 2_000);
  signal.addEventListener("abort", () => clearInterval(polling));
  return abort;
}

/** A member that reads and drops what it gets: a bare TCP socket, so that ten thousand fit into one process. */
async function reader(number: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await once(socket, "data");
  const hello = {
    type: "hello",
    protocol: 1,
    name: `reader ${number}`,
    join: [{ room: roomOf(number), history: 0 }],
  };
  socket.write(masked(Buffer.from(JSON.stringify(hello))));
  await once(socket, "data");
  socket.on("data", (chunk: Buffer) => {
    // A ping wants its pong.
    if (chunk[0] === 0x89) socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
  });
  socket.on("error", () => socket.destroy());
}

function masked(payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  // A mask of zeros is one too.
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

async function publishers(): Promise<NodeJS.Timeout> {
  const rooms = Math.ceil(connections / MEMBERS_PER_ROOM);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, ["roomcast.v1"]);
  await once(socket, "open");
  const join = Array.from({ length: Math.min(rooms, 100) }, (_, n) => ({ room: `r${n}`, history: 0 }));
  socket.on("message", () => undefined);
  socket.send(JSON.stringify({ type: "hello", protocol: 1, name: "publisher", join }));
  await sleep(1_000);
  let sent = 0;
  const beganAt = performance.now();
  return setInterval(() => {
    const due = ((performance.now() - beganAt) / 1_000) * eventsPerSecond;
    for (; sent < due; sent += 1) {
      const publish = { type: "publish", id: `e${sent}`, room: `r${sent % join.length}`, event: "message" };
      socket.send(JSON.stringify({ ...publish, data: { text: `event number ${sent}` }, echo: false }));
    }
  }, 10);
}

/** In % of one core. */
async function cpuOf(windowMs: number): Promise<number> {
  const [before, beganAt] = [cpuSeconds(), performance.now()];
  await sleep(windowMs);
  return ((cpuSeconds() - before) / ((performance.now() - beganAt) / 1_000)) * 100;
}

function cpuSeconds(): number {
  const stat = readFileSync(`/proc/${server.pid ?? 0}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function roomOf(number: number): string {
  return `r${Math.floor(number / MEMBERS_PER_ROOM)}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
