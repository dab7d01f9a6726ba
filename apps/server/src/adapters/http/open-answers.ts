/**
 * Owns how many requests of one connection wait for their answer: whoever sends more without reading is cut off. Behind an answer that
 * ends the connection nothing is answered, nor looked at: a flood of requests comes many at once.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

const MAX_OPEN_ANSWERS = 32;

export class OpenAnswers {
  readonly #open = new WeakMap<Socket, number>();
  readonly #ended = new WeakSet<Socket>();

  /** This is the last answer on its connection. */
  end(response: ServerResponse): void {
    response.setHeader("Connection", "close");
    this.#ended.add(response.req.socket);
  }

  /** Whether nothing that comes over it is answered any more. */
  isOver(socket: Socket): boolean {
    return this.#ended.has(socket);
  }

  /** Counts the answer until it is out. @returns false: it was one too many, and the socket is gone. */
  admits(socket: Socket, response: ServerResponse): boolean {
    const open = (this.#open.get(socket) ?? 0) + 1;
    this.#open.set(socket, open);
    response.once("close", () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1));
    if (open > MAX_OPEN_ANSWERS) socket.destroy();
    return !socket.destroyed;
  }
}
