/**
 * Owns how many requests of one connection wait for their answer: whoever sends more without reading is cut off. Behind an answer that
 * ends the connection nothing is answered, nor looked at: a flood of requests comes many at once.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { isReadNoMore } from "../slices.ts";

const MAX_OPEN_ANSWERS = 32;

export class OpenAnswers {
  readonly #open = new WeakMap<Socket, number>();

  /** Counts the answer until it is out. @returns false: there is none, the connection ends with another, or was cut for this one. */
  admits(socket: Socket, response: ServerResponse): boolean {
    if (isReadNoMore(socket)) return false;
    const open = (this.#open.get(socket) ?? 0) + 1;
    this.#open.set(socket, open);
    response.once("close", () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1));
    if (open > MAX_OPEN_ANSWERS) socket.destroy();
    return !socket.destroyed;
  }
}
