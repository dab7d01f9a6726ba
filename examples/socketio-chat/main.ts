/** Chat by an unmodified Socket.IO client: node main.ts [url] [room] [name] [polling | websocket]. Typed lines are sent, messages printed. */
// Types alone: at run time nothing but the stock client is there.
import type { EventMessage, Joined, Position, Refusal, Welcome } from "@roomcast/protocol";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url = "http://127.0.0.1:3000", room = "general", name = "Socket.IO", transport] =
  process.argv.slice(2);

type Told = Pick<EventMessage, "offset" | "from">;
type Answer = { readonly ok: true } | ({ readonly ok: false; readonly retry: string } & Refusal);

/** Who comes back with these is the same member, and gets what was said meanwhile. */
let resume: string | undefined;
let position: Position | undefined;
let joining = false;

const target = () => ({ room, ...(position === undefined ? { history: 10 } : { since: position }) });

const socket = io(url, {
  ...(transport !== undefined && { transports: [transport] }),
  auth: (answer) => answer({ name, join: [target()], ...(resume !== undefined && { resume }) }),
  // What is not acknowledged is emitted again. Its id sees to it that it is published once.
  retries: Infinity,
  ackTimeout: 5_000,
});

socket.on("connect_error", ({ message }) => console.error(`* no connection: ${message}`));
socket.on("welcome", (welcome: Welcome) => {
  resume = welcome.resume;
});
socket.on("joined", ({ events, gap, more, position: top }: Joined) => {
  joining = false;
  if (gap !== undefined) console.log(`* missing: ${gap.from ?? "?"} to ${gap.to ?? "?"} ${gap.reason}`);
  if (position === undefined || gap !== undefined)
    position = { epoch: top.epoch, offset: (events[0]?.offset ?? top.offset + 1) - 1 };
  for (const { event, data, ...told } of events) take(event, data, told);
  if (more === true) catchUp();
});
socket.onAny((event: string, data: unknown, told?: Told) => {
  if (told !== undefined) take(event, data, told);
});

function take(event: string, data: unknown, { offset = 0, from }: Told): void {
  if (position === undefined || offset <= position.offset) return;
  if (offset > position.offset + 1) {
    catchUp();
    return;
  }
  position = { ...position, offset };
  if (event === "message") console.log(`${offset} ${from.name}: ${(data as { text: string }).text}`);
}

/** The answer is another `joined`, with what is missing. */
function catchUp(): void {
  if (joining) return;
  joining = true;
  socket.volatile.emit("join", target());
}

createInterface(process.stdin).on("line", (text) => {
  const options = { room, id: randomUUID() };
  socket.emit("message", { text }, options, (_error: unknown, answer?: Answer) => {
    if (answer?.ok === false) console.error(`* refused: ${answer.message}`);
  });
});
