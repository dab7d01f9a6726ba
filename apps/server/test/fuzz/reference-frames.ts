/** Owns another receiver of RFC 6455, on the server's side: all bytes are there, and nothing is done twice. */
export interface Received {
  /** Messages as `b:` or `t:` and their bytes. */
  readonly messages: readonly string[];
  /** The close code that the stream ends with, by the peer or for a breach; undefined: it goes on. */
  readonly end: number | undefined;
}

export interface FrameBounds {
  readonly maxBytes: number;
  readonly maxFragments: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** RFC 6455 §7.4: what an endpoint may send. */
const isCloseCode = (code: number): boolean =>
  (code >= 3000 && code <= 4999) || (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code));

export function receiveFrames(bytes: Uint8Array, { maxBytes, maxFragments }: FrameBounds): Received {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: string[] = [];
  let opened: { readonly isText: boolean; readonly parts: Uint8Array[]; bytes: number } | undefined;
  let at = 0;
  while (at + 2 <= bytes.length) {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    const [isLast, opcode, isControl] = [first >= 0x80, first & 0x0f, (first & 0x08) !== 0];
    const short = second & 0x7f;
    if ((first & 0x70) !== 0 || second < 0x80) return { messages, end: 1002 };
    if (isControl && (!isLast || short > 125 || opcode > 10)) return { messages, end: 1002 };
    if (opcode === 8 && short === 1) return { messages, end: 1002 };
    if (!isControl && (opcode > 2 || (opcode === 0) !== (opened !== undefined)))
      return { messages, end: 1002 };
    const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (at + 2 + sizeBytes > bytes.length) break;
    const length =
      sizeBytes === 0 ? short : sizeBytes === 2 ? view.getUint16(at + 2) : Number(view.getBigUint64(at + 2));
    if (!isControl && (opened?.bytes ?? 0) + length > maxBytes) return { messages, end: 1009 };
    const from = at + 2 + sizeBytes + 4;
    if (from + length > bytes.length) break;
    const mask = bytes.subarray(from - 4, from);
    const payload = bytes.slice(from, from + length).map((byte, index) => byte ^ mask[index % 4]!);
    at = from + length;
    if (opcode === 8) {
      if (payload.length === 0) return { messages, end: 1005 };
      const code = payload[0]! * 256 + payload[1]!;
      if (!isCloseCode(code)) return { messages, end: 1002 };
      return { messages, end: isUtf8(payload.subarray(2)) ? code : 1007 };
    }
    if (isControl) continue;
    opened ??= { isText: opcode === 1, parts: [], bytes: 0 };
    opened.parts.push(payload);
    opened.bytes += length;
    if (opened.parts.length > maxFragments) return { messages, end: 1008 };
    if (!isLast) continue;
    const whole = Buffer.concat(opened.parts);
    if (opened.isText && !isUtf8(whole)) return { messages, end: 1007 };
    messages.push(`${opened.isText ? "t" : "b"}:${whole.toString("latin1")}`);
    opened = undefined;
  }
  return { messages, end: undefined };
}
