/** Chat by an unmodified Socket.IO client: node main.ts [url] [room] [name] [polling | websocket]. Typed lines are sent, messages printed. */
// Types alone: at run time nothing but the stock client is there.
import type {
  Answer,
  ClientToServerEvents,
  EventContext,
  Events,
  Joined,
  JoinTarget,
  Position,
  ServerToClientEvents,
} from "@roomcast/protocol";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { io, type Socket } from "socket.io-client";

const [url = "http://127.0.0.1:3000", room = "general", name = "Socket.IO", transport] =
  process.argv.slice(2);

/** A short absence the stock client makes good by itself. After a long one this says where to go on. */
let position: Position | undefined;
const target = (): JoinTarget => ({
  room,
  ...(position === undefined ? { history: 10 } : { since: position }),
});

const socket: Socket<ServerToClientEvents<Events>, ClientToServerEvents<Events>> = io(url, {
  ...(transport !== undefined && { transports: [transport] }),
  auth: (answer) => answer({ name, join: [target()] }),
  // What is not acknowledged is emitted again. Its id sees to it that it is published once.
  retries: Infinity,
  ackTimeout: 5_000,
});

socket.on("connect_error", ({ message }) => console.error(`* no connection: ${message}`));
socket.on("joined", joined);
socket.on("gap", (gap) => {
  tell(gap);
  position = { epoch: gap.position.epoch, offset: gap.to ?? 0 };
});
socket.onAny((event: string, data: unknown, context?: EventContext | string) => {
  if (typeof context === "object") take(event, data, context);
});

function joined({ events, gap, more, position: top }: Joined): void {
  if (gap !== undefined) tell(gap);
  if (position === undefined || gap !== undefined)
    position = { epoch: top.epoch, offset: (events[0]?.offset ?? top.offset + 1) - 1 };
  for (const { event, data, ...context } of events) take(event, data, context);
  if (more !== true) return;
  socket.timeout(5_000).volatile.emit("join", target(), (_, next?: Answer<Joined>) => {
    if (next?.ok === true) joined(next);
  });
}

/** What came already is not told again; what comes too early comes once more, with the rest of the page. */
function take(event: string, data: unknown, { offset, from }: EventContext): void {
  if (position === undefined || offset !== position.offset + 1) return;
  position = { ...position, offset };
  if (event === "message") console.log(`${offset} ${from.name}: ${(data as { text: string }).text}`);
}

function tell({ from, to, reason }: NonNullable<Joined["gap"]>): void {
  console.log(`* missing: ${from ?? "?"} to ${to ?? "?"} ${reason}`);
}

createInterface(process.stdin).on("line", (text) => {
  const options = { room, id: randomUUID() };
  socket.timeout(5_000).emit("message", { text }, options, (_, answer) => {
    if (!answer.ok) console.error(`* refused: ${answer.message}`);
  });
});
