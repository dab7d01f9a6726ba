/**
 * Owns how long a socket stays over which something of a room was answered: until the peer has closed it, or was silent for too
 * long. Node would let go of it with the last byte that the system takes, or soon after, and nobody could reset it any more.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { resetAtEnd } from "./reset.ts";

/** What the system has not delivered by then waits for a peer that does not read. */
const TAKEN_WITHIN_MS = 30_000;
/** More than these, and it ends with this answer: only a proxy's comes to that. */
const MAX_WAITING = 256;

/** By the socket: one may serve many answers, one after the other. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Of an answer whose head has not gone out.
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
