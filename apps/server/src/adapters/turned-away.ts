/**
 * Owns the connections that are not taken. Each is held for a second, or longer the more there are, and then cut. A client that is cut
 * at once comes back at once, and each time costs the system a connection; one that is kept waiting does not.
 */
import type { Clock } from "@roomcast/hub";
import type { Socket } from "node:net";

import { readNoMore } from "./slices.ts";

const HELD_MS = 1_000;
/** Those who came together are not cut together: they would come back together, and make one long turn of it each time. */
const APART_MS = 10;
/** As many as one address may be connected. Beyond these, whoever comes is cut at once. */
const MOST = 1_000;

export class TurnedAway {
  readonly #clock: Pick<Clock, "after">;
  readonly #held = new Set<Socket>();

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Node has begun to read: one chunk may still come, and is dropped. If it were kept, it would live long enough to be costly to collect. */
  add(socket: Socket): void {
    readNoMore(socket);
    // It makes no difference if the peer goes first.
    socket.on("error", () => undefined);
    if (this.#held.size >= MOST) {
      socket.resetAndDestroy();
      return;
    }
    const timer = this.#clock.after(HELD_MS + this.#held.size * APART_MS, () => socket.resetAndDestroy());
    this.#held.add(socket);
    socket.once("close", () => {
      timer.cancel();
      this.#held.delete(socket);
    });
  }

  close(): void {
    for (const socket of this.#held) socket.resetAndDestroy();
  }
}
