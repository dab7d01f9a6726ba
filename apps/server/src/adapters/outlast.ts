/**
 * Owns how long a socket is kept over which an answer about a room went: until the peer has closed it, or was silent for too long.
 * Node would let go of it once the system has taken the last byte. Then nobody could reset it, and keep back what is still on its way.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { resetAtEnd } from "./reset.ts";

/** What the system has not delivered by then is for a peer that does not read. */
const TAKEN_WITHIN_MS = 30_000;
/** With so many answers over one socket, the last one ends it. Only a proxy gets there. */
const MAX_WAITING = 256;

/** By socket, since one may carry many answers, one after the other: whom to tell when it is gone. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * MUST be called before the head of the answer has gone out.
 * @param gone called once nothing of it can arrive any more.
 */
export function outlast(response: ServerResponse, gone: () => void): void {
  const { socket } = response.req;
  const wait = (): void => void socket.setTimeout(TAKEN_WITHIN_MS);
  response.once("finish", wait);
  const all = waiting.get(socket) ?? hold(socket, wait);
  all.add(gone);
  if (all.size >= MAX_WAITING) response.setHeader("Connection", "close");
  if (socket.destroyed) tell(all);
}

function hold(socket: Socket, wait: () => void): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(socket, all);
  resetAtEnd(socket);
  socket.destroySoon = () => {
    wait();
    socket.end();
  };
  socket.once("close", () => tell(all));
  return all;
}

function tell(all: Set<() => void>): void {
  for (const gone of all) gone();
  all.clear();
}
