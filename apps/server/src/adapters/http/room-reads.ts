/**
 * Owns which rooms each connection was answered about, and to whom, as long as it is there: the system has taken those answers from
 * us, and no later request shows that the peer has read them.
 */
import type { Socket } from "node:net";

import { reset } from "../reset.ts";

interface Read {
  readonly user: string;
  readonly room: string;
}

/** A connection that has as many may hold anything: it is reset by every loss. Only a proxy's, or a scanner's, comes to that. */
const MAX_READS = 256;

export class RoomReads {
  readonly #reads = new Map<Socket, Read[]>();

  answered(socket: Socket, read: Read): void {
    if (socket.destroyed) return;
    const reads = this.#reads.get(socket);
    if (reads === undefined) {
      this.#reads.set(socket, [read]);
      socket.once("close", () => this.#reads.delete(socket));
    } else if (reads.length < MAX_READS && !reads.some((each) => concerns(each, read.user, read.room))) {
      reads.push(read);
    }
  }

  /** @param room undefined: all of them. */
  drop(user: string, room: string | undefined): void {
    for (const [socket, reads] of this.#reads)
      if (reads.length === MAX_READS || reads.some((each) => concerns(each, user, room))) reset(socket);
  }
}

const concerns = (read: Read, user: string, room: string | undefined): boolean =>
  read.user === user && (room === undefined || read.room === room);
