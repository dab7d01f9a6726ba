import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { type Clock, type Format, Hub, MemoryLog, MemorySessions, type Random } from "@roomcast/hub";
import { decodeUp, encodeDown } from "@roomcast/protocol";

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  afterTurn: (run) => void setImmediate(run),
};
const random: Random = { id: () => randomBytes(16).toString("base64url"), fraction: () => Math.random() };
const lines: Format = {
  name: "lines",
  encode: (message) => Buffer.from(`${encodeDown(message)}\n`),
  join: (frames) => Buffer.concat(frames),
};

export const hub = new Hub({
  clock,
  random,
  log: new MemoryLog({ clock, random }),
  sessions: new MemorySessions(clock),
});

export const server = createServer((socket) => {
  const inbox = hub.accept({
    format: lines,
    remote: socket.remoteAddress ?? "",
    transport: "tcp",
    get bufferedBytes() {
      return socket.writableLength;
    },
    send: (frames) => void socket.write(frames),
    close: () => socket.destroySoon(),
  });
  createInterface(socket).on("line", (line) => inbox.receive(decodeUp(line), Buffer.byteLength(line)));
  socket.on("error", () => undefined);
  socket.on("close", () => {
    inbox.ended(1006, "");
    inbox.gone();
  });
});
