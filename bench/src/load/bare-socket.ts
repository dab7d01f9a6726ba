/** Owns one bare TCP socket that speaks WebSocket by hand: nothing between the kernel and the frames but this file. */
import { connect, type Socket } from "node:net";

import { clientFrame } from "./client-frame.ts";
import { FrameReader, OPCODE } from "./frame-reader.ts";

const HEAD_END = "\r\n\r\n";
const NOTHING = Buffer.alloc(0);
/** Fewer frames than a server takes amiss. */
const ASK_MS = 250;
/** All sockets read into one buffer: a chunk is dealt with before the next is read. */
const CHUNK = Buffer.allocUnsafe(64 * 1024);

export interface BareSocketOptions {
  readonly port: number;
  readonly path: string;
  readonly onOpen: () => void;
  /** A text lies in `bytes` from `start` to `end`, and only until the call returns. */
  readonly onText: (bytes: Buffer, start: number, end: number) => void;
  /** Once, however it ended. */
  readonly onEnd: (reason: string) => void;
}

export class BareSocket {
  readonly #options: BareSocketOptions;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  /** What has come of the answer to the upgrade; undefined behind its end. */
  #head: string | undefined = "";
  #reason = "the server has closed the connection";

  constructor(options: BareSocketOptions) {
    const { port, path } = options;
    this.#options = options;
    this.#reader = new FrameReader((opcode, bytes, start, end) => {
      if (opcode === OPCODE.text) options.onText(bytes, start, end);
      else if (opcode === OPCODE.ping) this.#send(bytes.subarray(start, end), OPCODE.pong);
    });
    this.#socket = connect({
      ...{ port, host: "127.0.0.1", noDelay: true },
      onread: {
        buffer: CHUNK,
        callback: (length, chunk) => {
          this.#read(Buffer.from(chunk.buffer, chunk.byteOffset, length));
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => (this.#reason = error.message));
    this.#socket.on("close", () => {
      options.onEnd(this.#reason);
    });
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==${HEAD_END}`,
    );
  }

  /** Bytes that the kernel has not taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** In one write. */
  say(...texts: readonly string[]): void {
    const frames = texts.map((text) => clientFrame(text));
    this.#socket.write(frames.length === 1 ? (frames[0] ?? "") : Buffer.concat(frames));
  }

  /** Reads nothing any more. Who does not read does not hear of the end either: it is found out by writing now and then. */
  stall(): void {
    this.#socket.pause();
    const asking = setInterval(() => {
      this.#send(NOTHING, OPCODE.pong);
    }, ASK_MS);
    this.#socket.on("close", () => {
      clearInterval(asking);
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #send(payload: Uint8Array, opcode: number): void {
    this.#socket.write(clientFrame(payload, opcode));
  }

  #read(chunk: Buffer): void {
    if (this.#head === undefined) {
      this.#reader.push(chunk);
      return;
    }
    this.#head += chunk.toString("latin1");
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) return;
    if (!this.#head.startsWith("HTTP/1.1 101")) {
      this.#reason = this.#head;
      this.#socket.destroy();
      return;
    }
    const rest = Buffer.from(this.#head.slice(end + HEAD_END.length), "latin1");
    this.#head = undefined;
    this.#options.onOpen();
    this.#reader.push(rest);
  }
}
