/** The receiver of ws and our own scanner, against another receiver: raw frames, cut wherever TCP may cut them. */
import { MAX_MESSAGE_BYTES } from "@roomcast/protocol";
import type { SeededRandom } from "@roomcast/hub/testing";
import type { Writable } from "node:stream";
import * as ws from "ws";

import { FrameScanner } from "../../../src/adapters/ws/frame-scanner.ts";
import { clientFrame } from "../../bare-socket.ts";
import { anyFrame } from "../mutate.ts";
import { type Received, receiveFrames } from "../reference-frames.ts";
import { Disagreement, type Target } from "../target.ts";

/** What its types do not know. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

const BOUNDS = { maxBytes: MAX_MESSAGE_BYTES, maxFragments: 64 };
/** The first bytes of an input: where it is cut. */
const CUTS = 4;

export const wsFrames: Target = {
  make(chance) {
    const frames = Array.from({ length: 1 + chance.below(5) }, () => anyWsFrame(chance));
    const cuts = Buffer.from(Array.from({ length: CUTS }, () => chance.below(256)));
    const bytes = Buffer.concat(frames);
    if (chance.below(4) === 0) bytes[chance.below(bytes.length)] = chance.below(256);
    return Buffer.concat([cuts, bytes]);
  },
  take(input) {
    const cuts = input.subarray(0, CUTS);
    const bytes = input.subarray(CUTS);
    const theirs = receiveFrames(bytes, BOUNDS);
    const scanner = new FrameScanner();
    const ours = received(pieces(Buffer.from(bytes), cuts), scanner);
    const shown = (which: Received): string => JSON.stringify(which);
    if (shown(ours) !== shown(theirs)) throw new Disagreement(bytes.toString("hex"), ours, theirs);
    if (theirs.end === undefined && scanner.completed !== theirs.messages.length)
      throw new Disagreement(bytes.toString("hex"), scanner.completed, theirs.messages.length);
    return [];
  },
};

function anyWsFrame(chance: SeededRandom): Buffer {
  const opcode = chance.pick([0, 0, 1, 1, 1, 2, 8, 9, 10, chance.below(16)]);
  const payload =
    opcode === 8
      ? Buffer.from([
          chance.below(20),
          chance.below(256),
          ...Buffer.from(chance.pick(["", "x", "é"])),
        ]).subarray(0, chance.below(5))
      : Buffer.from(anyFrame(chance).slice(0, opcode > 8 ? 100 : 2_000));
  const announced =
    chance.below(12) === 0 ? { announced: BigInt(chance.pick([0, 1, 125, 126, 65_536, 2 ** 50])) } : {};
  return clientFrame(opcode, payload, {
    fin: chance.below(4) > 0,
    rsv1: chance.below(40) === 0,
    masked: chance.below(40) > 0,
    ...announced,
  });
}

function* pieces(bytes: Buffer, cuts: Buffer): Generator<Buffer> {
  let at = 0;
  for (const cut of cuts) {
    yield bytes.subarray(at, at + cut);
    at += cut;
  }
  yield bytes.subarray(at);
}

function received(chunks: Iterable<Buffer>, scanner: FrameScanner): Received {
  const receiver = new Receiver({
    isServer: true,
    maxPayload: BOUNDS.maxBytes,
    maxFragments: BOUNDS.maxFragments,
  });
  const messages: string[] = [];
  let end: number | undefined;
  receiver
    .on("message", (data: Buffer, isBinary: boolean) =>
      messages.push(`${isBinary ? "b" : "t"}:${data.toString("latin1")}`),
    )
    .on("conclude", (code: number) => (end ??= code))
    // ws says by which code it closes under a symbol of its own.
    .on("error", (error: Error) => (end ??= Reflect.get(error, statusCodeOf(error)) as number));
  for (const chunk of chunks) {
    if (end === undefined && chunk.length > 0) {
      scanner.push(chunk);
      receiver._write(chunk, "latin1", (error?: Error | null) => {
        if (error instanceof Error) end ??= Reflect.get(error, statusCodeOf(error)) as number;
      });
    }
  }
  return { messages, end };
}

const statusCodeOf = (error: Error): symbol =>
  Object.getOwnPropertySymbols(error).find(({ description }) => description === "status-code") ?? Symbol();
