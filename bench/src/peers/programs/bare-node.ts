/**
 * What Node itself costs: a room server on bare TCP sockets, one frame made once, one write per member and turn. It checks,
 * keeps and promises nothing, not even that what it reads is a WebSocket: a bound for the others, not a server.
 */
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";

interface Message {
  readonly type: "join" | "publish";
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
}

class Room {
  readonly members: Socket[] = [];
  #frames: Buffer[] = [];

  say(frame: Buffer): void {
    if (this.#frames.push(frame) > 1) return;
    setImmediate(() => {
      const [first] = this.#frames;
      const bytes = this.#frames.length === 1 && first !== undefined ? first : Buffer.concat(this.#frames);
      this.#frames = [];
      for (const member of this.members) member.write(bytes);
    });
  }
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const EMPTY = Buffer.alloc(0);
const rooms = new Map<string, Room>();

createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = EMPTY;
  let isOpen = false;
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const key = /sec-websocket-key: *(\S+)/i.exec(rest.toString("latin1", 0, end + 2))?.[1] ?? "";
      const accept = createHash("sha1")
        .update(key + GUID)
        .digest("base64");
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      isOpen = true;
      rest = rest.subarray(end + 4);
    }
    for (let text = take(); text !== undefined; text = take()) heard(socket, JSON.parse(text) as Message);
  });

  /** The text of the next masked frame, once it is whole. */
  function take(): string | undefined {
    const short = (rest[1] ?? 0) & 0x7f;
    const head = short === 127 ? 14 : short === 126 ? 8 : 6;
    if (rest.length < head) return undefined;
    const length =
      short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short;
    if (rest.length < head + length) return undefined;
    const payload = rest.subarray(head, head + length);
    for (let at = 0; at < length; at += 1) payload[at] = payload[at]! ^ rest[head - 4 + (at & 3)]!;
    rest = rest.subarray(head + length);
    return payload.toString();
  }
}).listen(Number(process.argv[2]), "127.0.0.1");

function heard(socket: Socket, { type, room: name, event, data }: Message): void {
  let room = rooms.get(name);
  if (room === undefined) rooms.set(name, (room = new Room()));
  if (type === "publish") {
    room.say(frameOf(JSON.stringify({ type: "event", room: name, event, data })));
    return;
  }
  room.members.push(socket);
  socket.write(frameOf(JSON.stringify({ type: "joined", room: name })));
}

function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head =
    length < 126 ? Buffer.from([0x81, length]) : Buffer.from([0x81, 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, Buffer.from(text)]);
}
