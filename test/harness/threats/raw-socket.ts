/** Owns a TCP connection that sends exact bytes and keeps all that comes back. Knows HTTP's and WebSocket's forms, no library's. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { until } from "../until.ts";

const MASK = Buffer.from([7, 11, 13, 17]);

export interface FrameForm {
  /** FIN, RSV1 and opcode. */
  readonly first?: number;
  /** What the header announces; default: what there is. */
  readonly length?: bigint;
}

const TEXT = 0x81;

/** A frame as a client sends it: masked. */
export function frame(payload: string | Buffer, { first = TEXT, length }: FrameForm = {}): Buffer {
  const bytes = Buffer.from(payload);
  const announced = length ?? BigInt(bytes.length);
  const header = Buffer.alloc(announced < 126n ? 2 : announced < 65_536n ? 4 : 10);
  header[0] = first;
  header[1] = 0x80 | (announced < 126n ? Number(announced) : announced < 65_536n ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(Number(announced), 2);
  if (header.length === 10) header.writeBigUInt64BE(announced, 2);
  return Buffer.concat([header, MASK, bytes.map((byte, index) => byte ^ MASK[index % 4]!)]);
}

export class RawSocket {
  readonly tcp: Socket;
  #received = Buffer.alloc(0);
  #ended = false;

  private constructor(tcp: Socket) {
    this.tcp = tcp;
    tcp.on("data", (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    tcp.on("error", () => undefined).on("end", () => (this.#ended = true));
    tcp.on("close", () => (this.#ended = true));
  }

  static async connect(port: number): Promise<RawSocket> {
    const tcp = connect({ port, host: "127.0.0.1" });
    await once(tcp, "connect");
    return new RawSocket(tcp);
  }

  /** A request's head as it stands, and its body. */
  static async ask(port: number, head: readonly string[], body = ""): Promise<RawSocket> {
    const socket = await RawSocket.connect(port);
    socket.write([...head, "", body].join("\r\n"));
    return socket;
  }

  /** All that came. */
  get text(): string {
    return this.#received.toString();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The status of the first answer. */
  async status(): Promise<number> {
    await until("a status line comes", () => this.text.includes("\r\n") || this.#ended);
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.text)?.[1] ?? 0);
  }

  write(bytes: Buffer | string): void {
    if (!this.tcp.destroyed) this.tcp.write(bytes);
  }

  /** Resolves when the server has ended it. */
  async end(): Promise<void> {
    await until("the server ends the connection", () => this.#ended);
  }

  /** The code of the close frame behind the answer to an upgrade, once the server has ended it; 0: there was none. */
  async closeCode(): Promise<number> {
    await this.end();
    let at = this.#received.indexOf("\r\n\r\n") + 4;
    while (at + 2 <= this.#received.length) {
      const short = this.#received[at + 1]! & 0x7f;
      const header = short === 127 ? 10 : short === 126 ? 4 : 2;
      const length =
        short === 127
          ? Number(this.#received.readBigUInt64BE(at + 2))
          : short === 126
            ? this.#received.readUInt16BE(at + 2)
            : short;
      if ((this.#received[at]! & 0x0f) === 8 && length >= 2) return this.#received.readUInt16BE(at + header);
      at += header + length;
    }
    return 0;
  }

  destroy(): void {
    this.tcp.destroy();
  }
}
