/** Owns the frames of one socket, taken apart by hand (RFC 6455 §5.2), however TCP has cut them. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A whole frame: its payload lies in `bytes` from `start` to `end`, and only until the call returns. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

export class FrameReader {
  readonly #onFrame: OnFrame;
  /** The beginning of a frame whose rest has not come yet. */
  #rest: Buffer | undefined;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
      if ((first & 0x70) !== 0 || second > 127)
        throw new Error("a frame with an extension or a mask, from a server");
      if ((first & 0x80) === 0) throw new Error("a fragment: no peer of this bench sends any");
      const headerBytes = second < 126 ? 2 : second === 126 ? 4 : 10;
      if (at + headerBytes > bytes.length) break;
      const length = lengthOf(bytes, at, second);
      const start = at + headerBytes;
      if (start + length > bytes.length) break;
      at = start + length;
      this.#onFrame(first & 0x0f, bytes, start, at);
    }
    // A copy: the chunk is the socket's own, and read into again.
    this.#rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  }
}

function lengthOf(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}
