/** Chat over a plain TCP socket, with WebSocket frames made by hand: node main.ts [port] [room] [name]. */
// Types alone: nothing of a library runs here.
import type { Down, EventMessage } from "@roomcast/protocol";
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const [port = "3000", room = "general", name = "Bare"] = process.argv.slice(2);
const KIND = { text: 1, close: 8, ping: 9, pong: 10 };

const tcp = connect(Number(port), "127.0.0.1");

// 1. A WebSocket begins as an HTTP request. The key proves nothing but that the server has read it: the answer must
//    hold its SHA-1 with a constant behind it, which no server of another kind would send back by accident.
const key = randomBytes(16).toString("base64");
const proof = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
tcp.write(
  [
    "GET /v1/ws HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Protocol: roomcast.v1",
    "\r\n",
  ].join("\r\n"),
);

let upgraded = false;
let received = Buffer.alloc(0);
tcp.on("data", (chunk: Buffer) => {
  // TCP is a stream: a chunk may hold half a frame, or three. What is not complete waits for more.
  received = Buffer.concat([received, chunk]);
  upgraded ||= readHead();
  while (upgraded && readFrame());
});
tcp.on("close", () => process.exit());

// 2. "101 Switching Protocols", the headers, an empty line. From the next byte on there are frames only.
function readHead(): boolean {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = received.subarray(0, end).toString();
  received = received.subarray(end + 4);
  if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(proof)) throw new Error(`no WebSocket: ${head}`);
  say({ type: "hello", protocol: 1, name, join: [{ room, history: 10 }] });
  return true;
}

// 3. A frame: one byte with "this is the last piece" (0x80) and the kind, one with the length, then the payload. A length
//    of 126 or 127 says that the real one follows in 2 or 8 bytes. The server never splits a message and never masks.
function readFrame(): boolean {
  if (received.length < 2) return false;
  const short = received.readUInt8(1) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (received.length < start) return false;
  const length =
    short === 127 ? Number(received.readBigUInt64BE(2)) : short === 126 ? received.readUInt16BE(2) : short;
  if (received.length < start + length) return false;
  const kind = received.readUInt8(0) & 0x0f;
  const payload = received.subarray(start, start + length);
  received = received.subarray(start + length);
  if (kind === KIND.text) hear(JSON.parse(payload.toString()) as Down);
  // 4. Whoever does not answer pings is taken for dead, and a close frame is answered by one before the socket ends.
  else if (kind === KIND.ping) tcp.write(frame(KIND.pong, payload));
  else if (kind === KIND.close) tcp.end(frame(KIND.close, payload));
  return true;
}

// 5. A client masks what it sends with four random bytes, so that no proxy on the way can be made to see, in the payload
//    that a page chose, an HTTP request that it would answer from its cache.
function frame(kind: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const length = payload.length;
  const head = Buffer.alloc(length < 126 ? 2 : 4);
  head.writeUInt8(0x80 | kind, 0);
  head.writeUInt8(0x80 | (length < 126 ? length : 126), 1);
  if (length >= 126) head.writeUInt16BE(length, 2); // a message of Roomcast has at most 64 KiB
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask.readUInt8(index % 4))]);
}

function say(message: object): void {
  tcp.write(frame(KIND.text, Buffer.from(JSON.stringify(message))));
}

// 6. What the frames hold is PROTOCOL.md: JSON objects with a type. This client reads three of them and ignores the others.
function hear(message: Down): void {
  if (message.type === "joined") {
    message.events.forEach(print);
    createInterface(process.stdin).on("line", publish);
  } else if (message.type === "event") print(message);
  else if (message.type === "error") console.error(`* refused: ${message.message}`);
}

function print({ event, offset = 0, from, data }: EventMessage): void {
  if (event === "message") console.log(`${offset} ${from.name}: ${(data as { text: string }).text}`);
}

function publish(text: string): void {
  say({ type: "publish", id: randomBytes(8).toString("hex"), room, event: "message", data: { text } });
}
