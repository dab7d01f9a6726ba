/**
 * Owns how much of what came over a socket is read at one go. The system hands over 64 KiB at once, which are three thousand small
 * messages: between two slices a socket can be paused, and what is left of the chunk then waits in it.
 */
import { type Duplex, Readable } from "node:stream";

/** About as many small messages as a connection may send at once; to cut a large one costs little. */
const SLICE_BYTES = 2 * 1024;

type Pushed = Parameters<Duplex["push"]>;
type Pushing = Pick<Duplex, "push">;

export function readInSlices(socket: Pushing): void {
  socket.push = pushInSlices;
}

/** Nothing more of it is read, nor what is left of the chunk under way: it is to end with what is answered now. */
export function readNoMore(socket: Pushing): void {
  socket.push = drop;
}

export const isReadNoMore = (socket: Pushing): boolean => socket.push === drop;

function pushInSlices(this: Duplex, ...[chunk, encoding]: Pushed): boolean {
  if (!(chunk instanceof Uint8Array) || chunk.length <= SLICE_BYTES)
    return Readable.prototype.push.call(this, chunk, encoding);
  let wantsMore = true;
  // By its own `push`: it may be read no more behind any of them.
  for (let at = 0; at < chunk.length; at += SLICE_BYTES)
    wantsMore = this.push(chunk.subarray(at, at + SLICE_BYTES));
  return wantsMore;
}

function drop(this: Duplex, ...[chunk, encoding]: Pushed): boolean {
  // Its end is no news to read, but is to be known.
  return chunk === null && Readable.prototype.push.call(this, chunk, encoding);
}
