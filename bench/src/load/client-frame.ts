/** Owns how a client's frame looks: whole and masked, as RFC 6455 §5.3 wants it. */
import { OPCODE } from "./frame-reader.ts";

/** Any will do against a server of one's own; zeros would spare it the work. */
const MASK = Buffer.from([0x5a, 0x17, 0xc3, 0x88]);

export function clientFrame(payload: string | Uint8Array, opcode: number = OPCODE.text): Buffer {
  const bytes = Buffer.from(payload);
  const { length } = bytes;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x80 | opcode;
  if (length < 126) header[1] = 0x80 | length;
  else if (length < 65_536) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  for (let at = 0; at < length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  return Buffer.concat([header, MASK, bytes]);
}
