/**
 * Owns the question to be let into one room: when it is asked, again perhaps, and which answer counts. Must not know what is done
 * in the room.
 */
import { backoffMs } from "../connection/backoff.ts";
import type { Failure } from "../failure.ts";
import type { Clock, Random, Timer } from "../platform/ports.ts";
import { RETRY_MS } from "../publishing/outbox.ts";

export interface JoiningPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** @returns the id under which a join was sent; undefined if none could be. */
  readonly ask: () => string | undefined;
}

export class Joining {
  readonly #ports: JoiningPorts;
  /** A join is on its way or answered, on this socket. */
  #asked = false;
  /** Of the join that counts; undefined while it is that of a hello. */
  #id: string | undefined;
  #retry: Timer | undefined;
  /** In a row, without having caught up. */
  #repeats = 0;

  constructor(ports: JoiningPorts) {
    this.#ports = ports;
  }

  get asked(): boolean {
    return this.#asked;
  }

  /** A hello asks for it. */
  byHello(): void {
    this.#asked = true;
    this.#id = undefined;
  }

  now(): void {
    this.#id = this.#ports.ask() ?? this.#id;
  }

  /** At once; when that has not helped, ever later: a server that contradicts itself is not asked in a circle. */
  anew(): void {
    this.#repeats += 1;
    if (this.#repeats === 1) this.now();
    else this.#after(backoffMs(this.#repeats, Infinity, this.#ports.random.fraction()));
  }

  /** It was refused, for now. */
  later({ code, retryAfterMs = RETRY_MS }: Failure): void {
    // Without a socket the next hello asks.
    if (code !== "not_connected") this.#after(retryAfterMs);
  }

  /** An older join's answer begins a stay that is over already, from where this client is no more. */
  counts(id: string | undefined): boolean {
    return this.#asked && id === this.#id;
  }

  caughtUp(): void {
    this.#repeats = 0;
  }

  /** It need not be asked again for now. */
  rest(): void {
    this.#retry?.cancel();
  }

  /** The socket is gone, and what was asked by it. */
  suspend(): void {
    this.#asked = false;
    this.rest();
  }

  #after(delayMs: number): void {
    this.rest();
    this.#retry = this.#ports.clock.after(delayMs, () => this.now());
  }
}
