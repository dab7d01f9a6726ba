import { describe, expect, it } from "vitest";

import { clientFrame } from "./client-frame.ts";
import { FrameReader, OPCODE } from "./frame-reader.ts";

/** As a server sends it: without a mask. */
function serverFrame(text: string, opcode: number = OPCODE.text): Buffer {
  const masked = clientFrame(text, opcode);
  const headerBytes = masked.length - 4 - Buffer.byteLength(text);
  const header = Buffer.from(masked.subarray(0, headerBytes));
  header[1] = (header[1] ?? 0) & 0x7f;
  return Buffer.concat([header, Buffer.from(text)]);
}

function heard(chunks: readonly Buffer[]): [opcode: number, text: string][] {
  const frames: [number, string][] = [];
  const reader = new FrameReader((opcode, bytes, start, end) => {
    frames.push([opcode, bytes.toString("utf8", start, end)]);
  });
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

const cut = (stream: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
    stream.subarray(index * size, (index + 1) * size),
  );

describe("frames of a server", () => {
  const texts = ["", "short", "x".repeat(125), "y".repeat(126), "z".repeat(65_535), "ä".repeat(40_000)];
  const stream = Buffer.concat([...texts.map((text) => serverFrame(text)), serverFrame("?", OPCODE.ping)]);
  const expected = [...texts.map((text) => [OPCODE.text, text]), [OPCODE.ping, "?"]];

  it("B-WIRE: are taken apart at every length", () => {
    expect(heard([stream])).toEqual(expected);
  });

  it.each([1, 2, 3, 131])("B-WIRE: are the same when short ones come in chunks of %i bytes", (size) => {
    const short = Buffer.concat(texts.slice(0, 4).map((text) => serverFrame(text)));
    expect(heard(cut(short, size))).toEqual(expected.slice(0, 4));
  });

  it.each([1_000, 65_536])("B-WIRE: are the same in chunks of %i bytes", (size) => {
    expect(heard(cut(stream, size))).toEqual(expected);
  });

  it("B-WIRE: outlive the buffer that their first half was read into", () => {
    const buffer = Buffer.alloc(64);
    const frame = serverFrame("whole");
    frame.copy(buffer, 0, 0, 4);
    const frames: string[] = [];
    const reader = new FrameReader((_, bytes, start, end) => frames.push(bytes.toString("utf8", start, end)));
    reader.push(buffer.subarray(0, 4));
    frame.copy(buffer, 0, 4);
    reader.push(buffer.subarray(0, frame.length - 4));
    expect(frames).toEqual(["whole"]);
  });

  it.each([
    ["masked", clientFrame("x")],
    ["compressed", Buffer.from([0xc1, 1, 0x78])],
    ["fragmented", Buffer.from([0x01, 1, 0x78])],
  ])("B-WIRE: that are %s are none that this bench can count", (_, frame) => {
    expect(() => heard([frame])).toThrow();
  });
});
