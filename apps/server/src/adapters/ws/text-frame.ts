/** Owns how a message looks on a WebSocket: one whole, unmasked text frame (RFC 6455 §5.2), made once for all members. */
import type { Format } from "@roomcast/hub";
import { encodeDown } from "@roomcast/protocol";

const FIN_TEXT = 0x81;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;
const MAX_16_BITS = 0xffff;

export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerBytes = length < LENGTH_IN_16_BITS ? 2 : length <= MAX_16_BITS ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame[0] = FIN_TEXT;
  if (headerBytes === 2) frame[1] = length;
  else if (headerBytes === 4) {
    frame[1] = LENGTH_IN_16_BITS;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_IN_64_BITS;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerBytes);
  return frame;
}

/** What whole frames of ours say. */
export function textsOf(frames: Uint8Array): string[] {
  const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.length);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1);
    const [headerBytes, length] =
      short < LENGTH_IN_16_BITS
        ? [2, short]
        : short === LENGTH_IN_16_BITS
          ? [4, bytes.readUInt16BE(at + 2)]
          : [10, Number(bytes.readBigUInt64BE(at + 2))];
    const from = at + headerBytes;
    at = from + length;
    texts.push(bytes.toString("utf8", from, at));
  }
  return texts;
}

/** One object for all WebSockets: the hub encodes once per format. */
export const wsFormat: Format = {
  name: "ws",
  encode: (message) => textFrame(encodeDown(message)),
  join: (frames) => Buffer.concat(frames),
};
