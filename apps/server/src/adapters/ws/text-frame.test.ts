import * as ws from "ws";
import { describe, expect, it } from "vitest";

import { textFrame, wsFormat } from "./text-frame.ts";

interface Receiver {
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): void;
  write(chunk: Uint8Array): boolean;
}

/** ws exports what it sends and receives with, but its types do not. */
const { Sender, Receiver } = ws as unknown as {
  readonly Sender: { frame(data: Buffer, options: object): Buffer[] };
  readonly Receiver: new () => Receiver;
};

const byWs = (text: string): Buffer =>
  Buffer.concat(
    Sender.frame(Buffer.from(text), { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true }),
  );

function heardByWs(frames: Uint8Array): string[] {
  const texts: string[] = [];
  const receiver = new Receiver();
  receiver.on("message", (data, isBinary) => {
    expect(isBinary).toBe(false);
    texts.push(data.toString());
  });
  receiver.write(frames);
  return texts;
}

describe("a text frame", () => {
  it.each([0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 200_000])(
    "W-1: of %i bytes is to the byte what ws would send",
    (bytes) => {
      const text = "x".repeat(bytes);
      expect(textFrame(text).equals(byWs(text))).toBe(true);
      expect(heardByWs(textFrame(text))).toEqual([text]);
    },
  );

  it.each(["żółw", "👍🏽", "\u0000\u007f", "half a pair: \ud83d"])(
    "W-1: counts bytes, not characters: %j",
    (text) => {
      expect(textFrame(text).equals(byWs(text))).toBe(true);
    },
  );

  it("W-2: joined frames are the frames one after the other", () => {
    const frames = ["one", "y".repeat(126), ""].map(textFrame);
    expect(Buffer.from(wsFormat.join(frames)).equals(Buffer.concat(frames))).toBe(true);
    expect(heardByWs(wsFormat.join(frames))).toEqual(["one", "y".repeat(126), ""]);
  });

  it("W-1: a message is its JSON", () => {
    const frame = wsFormat.encode({ type: "pong", time: 5 });
    expect(heardByWs(frame)).toEqual(['{"type":"pong","time":5}']);
  });
});
