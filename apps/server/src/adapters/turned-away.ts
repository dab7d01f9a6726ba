/**
 * Owns the connections that are not taken: they are held for a second, the longer the more there are, and cut. Who is cut at once comes
 * back at once, and costs others what a connection costs the system, again and again; who has to wait for it does not.
 */
import type { Clock } from "@roomcast/hub";
import type { Socket } from "node:net";

import { readNoMore } from "./slices.ts";

const HELD_MS = 1_000;
/** Who came together is not cut together: to come back at once they would make one long turn again and again. */
const APART_MS = 10;
/** As many as an address may have. Beyond them, whoever comes is cut at once. */
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

  /** Of what it says one chunk is read, because Node has begun to, and let go: kept, it would be old by the time that it is garbage. */
  add(socket: Socket): void {
    readNoMore(socket);
    // That its peer is gone, too, is nobody's business.
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
