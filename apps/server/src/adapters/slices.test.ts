import { Duplex } from "node:stream";
import { expect, it } from "vitest";

import { isReadNoMore, readInSlices, readNoMore } from "./slices.ts";

const SLICE_BYTES = 2 * 1024;

function socket(heard: (this: Duplex, all: Buffer) => void): {
  readonly wire: Duplex;
  readonly all: () => Buffer;
} {
  const chunks: Buffer[] = [];
  const all = (): Buffer => Buffer.concat(chunks);
  const wire = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  wire.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    heard.call(wire, all());
  });
  return { wire, all };
}

/** Every byte tells where it stood. */
const CHUNK = Buffer.from(Uint8Array.from({ length: 64 * 1024 - 1 }, (_, at) => at % 251));

/** Until what a stream does by itself is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("R-READ-SLICE: all that came is heard, in slices", async () => {
  const sizes: number[] = [];
  let before = 0;
  const { wire, all } = socket((heard) => {
    sizes.push(heard.length - before);
    before = heard.length;
  });
  readInSlices(wire);
  await settled();
  wire.push(CHUNK);
  expect(all().equals(CHUNK)).toBe(true);
  expect(sizes).toEqual([...Array.from({ length: 31 }, () => SLICE_BYTES), SLICE_BYTES - 1]);
  const ended = new Promise((resolve) => wire.once("end", resolve));
  wire.push(null);
  await ended;
});

it("R-READ-SLICE: who is paused between two slices hears the rest once it is resumed, and before what comes then", async () => {
  const { wire, all } = socket(function (heard) {
    if (heard.length === 2 * SLICE_BYTES) this.pause();
  });
  readInSlices(wire);
  await settled();
  wire.push(CHUNK);
  await settled();
  expect(all()).toHaveLength(2 * SLICE_BYTES);
  wire.push(Buffer.from("behind it"));
  wire.resume();
  await settled();
  expect(all().equals(Buffer.concat([CHUNK, Buffer.from("behind it")]))).toBe(true);
});

it("R-READ-SLICE R-DOORSTEP: what is read no more is heard no more, not even the rest of the chunk, but its end is", async () => {
  const { wire, all } = socket(function () {
    readNoMore(this);
  });
  readInSlices(wire);
  await settled();
  expect(isReadNoMore(wire)).toBe(false);
  wire.push(CHUNK);
  expect(isReadNoMore(wire)).toBe(true);
  wire.push(CHUNK);
  await settled();
  expect(all()).toHaveLength(SLICE_BYTES);
  const ended = new Promise((resolve) => wire.once("end", resolve));
  wire.push(null);
  await ended;
});
