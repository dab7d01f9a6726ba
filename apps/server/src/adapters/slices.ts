/**
 * Owns how much of what came over a socket is read at one go. The system hands over 64 KiB at once, which may be three thousand small
 * messages. Cut into slices, the socket can be paused after each, and the rest of the chunk waits in it.
 */
import { type Duplex, Readable } from "node:stream";

/** Holds about as many small messages as a connection may send at once; to cut up a large one costs little. */
const SLICE_BYTES = 2 * 1024;

type Pushed = Parameters<Duplex["push"]>;
type Pushing = Pick<Duplex, "push">;

export function readInSlices(socket: Pushing): void {
  socket.push = pushInSlices;
}

/** Nothing more is read of it, not even the rest of the present chunk: it ends with the present answer. */
export function readNoMore(socket: Pushing): void {
  socket.push = drop;
}

export const isReadNoMore = (socket: Pushing): boolean => socket.push === drop;

function pushInSlices(this: Duplex, ...[chunk, encoding]: Pushed): boolean {
  if (!(chunk instanceof Uint8Array) || chunk.length <= SLICE_BYTES)
    return Readable.prototype.push.call(this, chunk, encoding);
  let wantsMore = true;
  // By the socket's own `push`, which `readNoMore` may replace after any of them.
  for (let at = 0; at < chunk.length; at += SLICE_BYTES)
    wantsMore = this.push(chunk.subarray(at, at + SLICE_BYTES));
  return wantsMore;
}

function drop(this: Duplex, ...[chunk, encoding]: Pushed): boolean {
  // The end of the stream still has to be known.
  return chunk === null && Readable.prototype.push.call(this, chunk, encoding);
}
