/**
 * Owns how many requests of one connection may wait for their answers: whoever sends more without reading is cut off. Once an answer
 * is to end the connection, requests behind it are neither answered nor looked at, since a flood brings many in one chunk.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { isReadNoMore } from "../slices.ts";

const MAX_OPEN_ANSWERS = 32;

export class OpenAnswers {
  readonly #open = new WeakMap<Socket, number>();

  /** Counts the answer until it is out. @returns false where there is to be none: the connection ends with an earlier answer, or was cut now. */
  admits(socket: Socket, response: ServerResponse): boolean {
    if (isReadNoMore(socket)) return false;
    const open = (this.#open.get(socket) ?? 0) + 1;
    this.#open.set(socket, open);
    response.once("close", () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1));
    if (open > MAX_OPEN_ANSWERS) socket.destroy();
    return !socket.destroyed;
  }
}
