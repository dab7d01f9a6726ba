/** Owns a socket that exists only in a test: what was sent is a list, and a slow reader is a number. */
import { CLOSE_CODES, type CloseName, decodeDown, type Down, encodeDown } from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { Connection, Format } from "../ports/connection.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One message a line. */
export const textFormat: Format = {
  name: "text",
  encode: (message) => encoder.encode(`${encodeDown(message)}\n`),
  join(frames) {
    const joined = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
    let at = 0;
    for (const frame of frames) {
      joined.set(frame, at);
      at += frame.length;
    }
    return joined;
  },
};

export class FakeConnection implements Connection {
  readonly format: Format;
  readonly remote = "test";
  readonly transport = "fake";
  identity: Identity | undefined;
  bufferedBytes = 0;
  /** One per call of `send`. */
  readonly writes: Uint8Array[] = [];
  paused = false;
  closed: { code: number; name: CloseName } | undefined;
  /** In whose words it was closed. */
  why: string | undefined;
  /** How often what is on its way was to be dropped. */
  drops = 0;

  readonly cursor: string | undefined;

  constructor(format: Format = textFormat, cursor?: string) {
    this.format = format;
    this.cursor = cursor;
  }

  send(frames: Uint8Array): void {
    if (this.closed === undefined) this.writes.push(frames);
  }

  close(name: CloseName, why?: string): void {
    this.closed = { name, code: CLOSE_CODES[name].code };
    this.why = why;
  }

  dropUntaken(): void {
    this.drops += 1;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** All messages so far. */
  get messages(): Down[] {
    const lines = this.writes.map((frames) => decoder.decode(frames)).join("");
    return lines.split("\n").filter(Boolean).map(parsed);
  }

  /** Messages since the last call. */
  take(): Down[] {
    const { messages } = this;
    this.writes.length = 0;
    return messages;
  }
}

function parsed(line: string): Down {
  const decoded = decodeDown(line);
  if (!decoded.ok) throw new Error(`the hub sent no message: ${decoded.error.message}: ${line}`);
  return decoded.value;
}
