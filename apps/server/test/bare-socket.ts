/** Owns a TCP connection that speaks HTTP and WebSocket by hand, so that a test can say what no library would. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Frame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface FrameOptions {
  readonly fin?: boolean;
  readonly rsv1?: boolean;
  readonly masked?: boolean;
  /** What the header says, whatever the payload is. */
  readonly announced?: bigint;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const MASK = Buffer.from([1, 2, 3, 4]);

/** A frame as a client sends it. */
export function clientFrame(opcode: number, payload: Buffer | string, options: FrameOptions = {}): Buffer {
  const { fin = true, rsv1 = false, masked = true } = options;
  const bytes = Buffer.from(payload);
  const announced = options.announced ?? BigInt(bytes.length);
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  const maskBit = masked ? 0x80 : 0;
  const header =
    announced < 126n
      ? Buffer.from([first, maskBit | Number(announced)])
      : announced < 65_536n
        ? Buffer.from([first, maskBit | 126, Number(announced >> 8n), Number(announced & 0xffn)])
        : Buffer.concat([Buffer.from([first, maskBit | 127]), uint64(announced)]);
  if (!masked) return Buffer.concat([header, bytes]);
  return Buffer.concat([header, MASK, bytes.map((byte, index) => byte ^ (MASK[index % 4] ?? 0))]);
}

export const closePayload = (code: number, reason = ""): Buffer =>
  Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);

export class BareSocket {
  readonly tcp: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  private constructor(tcp: Socket) {
    this.tcp = tcp;
    tcp.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    tcp.on("end", end).on("close", end).on("error", end);
  }

  /** @param allowHalfOpen the server's end does not end this one. */
  static async connect(port: number, allowHalfOpen = false): Promise<BareSocket> {
    const tcp = connect({ port, host: "127.0.0.1", allowHalfOpen });
    await once(tcp, "connect");
    return new BareSocket(tcp);
  }

  /** A WebSocket whose handshake was answered by 101. */
  static async open(
    port: number,
    headers: Readonly<Record<string, string>> = {},
    allowHalfOpen = false,
  ): Promise<BareSocket> {
    const socket = await BareSocket.connect(port, allowHalfOpen);
    const head = await socket.handshake(headers);
    if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`the upgrade was refused: ${head}`);
    return socket;
  }

  write(bytes: Buffer | string): void {
    this.tcp.write(bytes);
  }

  send(opcode: number, payload: Buffer | string, options?: FrameOptions): void {
    this.write(clientFrame(opcode, payload, options));
  }

  say(message: object): void {
    this.send(OPCODE.text, JSON.stringify(message));
  }

  /** Asks for a WebSocket. @returns the head of the answer. */
  async handshake(headers: Readonly<Record<string, string>> = {}, target = "/v1/ws"): Promise<string> {
    const all = {
      Host: `127.0.0.1:${this.tcp.remotePort ?? 0}`,
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    this.write([`GET ${target} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    return this.head();
  }

  /** The next HTTP head, without the empty line behind it. */
  async head(): Promise<string> {
    const end = "\r\n\r\n";
    await this.#until(() => this.#received.includes(end));
    const at = this.#received.indexOf(end);
    return this.#take(at === -1 ? this.#received.length : at + end.length).toString();
  }

  /** Everything until the server ends the connection. */
  async rest(): Promise<string> {
    await this.ended();
    return this.#take(this.#received.length).toString();
  }

  /** The next frame; undefined when the connection has ended. */
  async frame(): Promise<Frame | undefined> {
    await this.#until(() => frameIn(this.#received) !== undefined);
    const found = frameIn(this.#received);
    if (found !== undefined) this.#take(found.bytes);
    return found?.frame;
  }

  /** The next frame, as the message that it must be. */
  async message(): Promise<Record<string, unknown>> {
    const frame = await this.frame();
    if (frame?.opcode !== OPCODE.text) throw new Error(`no message, but ${JSON.stringify(frame)}`);
    return JSON.parse(frame.payload.toString()) as Record<string, unknown>;
  }

  /** The code and reason of the close frame that comes; frames before it are passed over. */
  async closeFrame(): Promise<{ readonly code: number; readonly reason: string } | undefined> {
    for (let frame = await this.frame(); frame !== undefined; frame = await this.frame()) {
      if (frame.opcode !== OPCODE.close) continue;
      if (frame.payload.length === 0) return { code: 1005, reason: "" };
      return { code: frame.payload.readUInt16BE(0), reason: frame.payload.subarray(2).toString() };
    }
    return undefined;
  }

  /** Resolves when the server has ended the connection. */
  ended(): Promise<void> {
    return this.#until(() => false);
  }

  destroy(): void {
    this.tcp.destroy();
  }

  /** Resolves when it is so, or when nothing more will come. */
  async #until(so: () => boolean): Promise<void> {
    while (!so() && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }
}

function frameIn(bytes: Buffer): { readonly frame: Frame; readonly bytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const headerBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < headerBytes) return undefined;
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < headerBytes + length) return undefined;
  const payload = bytes.subarray(headerBytes, headerBytes + length);
  return { frame: { fin: (first & 0x80) !== 0, opcode: first & 0x0f, payload }, bytes: headerBytes + length };
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
