/**
 * Owns which answers of a room's may still be on their way, and to whom: of each connection the last one, until it asks for
 * something else. The system has taken them from us, and may give the rest to a user who may not have it any more.
 */
import type { Socket } from "node:net";

import { reset } from "../reset.ts";

interface Read {
  readonly user: string;
  readonly room: string;
}

export class RoomReads {
  readonly #last = new Map<Socket, Read>();

  answered(socket: Socket, read: Read): void {
    if (!this.#last.has(socket)) socket.once("close", () => this.#last.delete(socket));
    this.#last.set(socket, read);
  }

  /** What it was sent before it has taken, or gives up. */
  asked(socket: Socket): void {
    // The listener for its end stays, and there is one for each connection.
    const last = this.#last.get(socket);
    if (last !== undefined) this.#last.set(socket, NOTHING);
  }

  /** @param room undefined: all of them. */
  drop(user: string, room: string | undefined): void {
    for (const [socket, read] of this.#last)
      if (read.user === user && (room === undefined || read.room === room)) reset(socket);
  }
}

const NOTHING: Read = { user: "", room: "" };
