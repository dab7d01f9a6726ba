/** Owns the WebSocket beside a stream that is to show whether one gets through by now. Must not know what follows from it. */
import { CLOSE_CODES, encodeUp } from "@roomcast/protocol";

import type { Dial, OpenSocket, Socket } from "../platform/ports.ts";

export class Scout {
  readonly #open: OpenSocket;
  #socket: Socket | undefined;

  constructor(open: OpenSocket) {
    this.#open = open;
  }

  /** It says no hello, and is answered all the same where anything gets through, both ways. */
  send(dial: Dial, cleared: () => void): void {
    this.recall();
    const socket = this.#open(dial, {
      opened: () => socket.send(encodeUp({ type: "ping" })),
      received: () => {
        this.recall();
        cleared();
      },
      closed: () => (this.#socket = undefined),
    });
    this.#socket = socket;
  }

  recall(): void {
    this.#socket?.close(CLOSE_CODES.normal.code, "");
    this.#socket = undefined;
  }
}
