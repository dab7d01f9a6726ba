/**
 * Owns how wide the door is for each address. One that keeps asking or connecting though it was told to wait finds it narrow for a
 * while: only so many of its connections a second are taken. To read its requests, and to refuse each again, would cost others more.
 */
import { ARRIVALS_BURST_MS, type Clock, Credits, Recent } from "@roomcast/hub";
import type { Socket } from "node:net";

import { type Addresses, networkOf } from "./peer-address.ts";
import { readNoMore } from "./slices.ts";

/** With more refusals than this, or twice as many at once, the door becomes narrow. */
const REFUSALS_PER_SECOND = 100;
const NARROW_MS = 1_000;
/** While the door is wide: connections of any kind, for each that may become a client. Pages and requests need some of their own. */
const COMERS_PER_TAKEN = 4;

/** Of a connection. */
type Remote = Pick<Socket, "remoteAddress" | "push">;

/** Whether a connection is taken; "narrowly": yes, but it is to be read in small slices. */
export type Admission = "freely" | "narrowly" | "not";

export interface DoorstepOptions {
  readonly clock: Clock;
  readonly addresses: Pick<Addresses, "direct">;
  /** Whether an address tells clients apart. false leaves the door wide open. */
  readonly isKnownByAddress: boolean;
  /** So many are taken through a narrow door, so that others behind the same address get in beside the one that floods. 0: all. */
  readonly takenPerSecond: number;
}

export class Doorstep {
  readonly #options: DoorstepOptions;
  /** Counts connections before anything is said over them: one that says nothing can never be refused anything, and costs a socket all the same. */
  readonly #comers: Credits;
  readonly #patience: Credits;
  readonly #pace: Credits;
  /** By network: until when the door is narrow. */
  readonly #narrow: Recent<number>;

  constructor(options: DoorstepOptions) {
    this.#options = options;
    const { clock, takenPerSecond } = options;
    this.#comers = new Credits(clock, COMERS_PER_TAKEN * takenPerSecond, ARRIVALS_BURST_MS);
    this.#patience = new Credits(clock, REFUSALS_PER_SECOND);
    this.#pace = new Credits(clock, takenPerSecond);
    this.#narrow = new Recent(clock, NARROW_MS);
  }

  /**
   * A request over this connection, or the connection itself, was one too many. If the door is narrow now, nothing more is read of
   * this connection: an open one would be a way around the door.
   */
  refused(socket: Remote): void {
    const network = this.#networkOf(socket);
    if (network === undefined) return;
    if (this.#patience.take(network) > 0) this.#narrowFor(network);
    if (this.#isNarrow(network)) readNoMore(socket);
  }

  /** Over this connection came something that no honest client sends: nothing more is read of it, and the door is narrow. */
  offended(socket: Remote): void {
    const network = this.#networkOf(socket);
    if (network === undefined) return;
    this.#narrowFor(network);
    readNoMore(socket);
  }

  /** The door stays narrow for as long as more come than go through. */
  admits(socket: Remote): Admission {
    const network = this.#networkOf(socket);
    if (network === undefined) return "freely";
    if (!this.#isNarrow(network) && this.#comers.take(network) === 0) return "freely";
    if (this.#pace.take(network) === 0) return "narrowly";
    this.#narrowFor(network);
    return "not";
  }

  #isNarrow(network: string): boolean {
    return (this.#narrow.get(network) ?? 0) > this.#options.clock.monotonicMs();
  }

  #narrowFor(network: string): void {
    this.#narrow.set(network, this.#options.clock.monotonicMs() + NARROW_MS);
  }

  /** undefined: a trusted proxy, behind which there are many. */
  #networkOf(socket: Remote): string | undefined {
    if (!this.#options.isKnownByAddress) return undefined;
    const address = this.#options.addresses.direct(socket);
    return address === undefined ? undefined : networkOf(address);
  }
}
