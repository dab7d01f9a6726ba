/**
 * Owns from where connections are taken at a measured pace for a while: an address that goes on asking, or coming, though it was told
 * to wait. To read what it asks and to refuse it again would cost others more than it is owed.
 */
import { ARRIVALS_BURST_MS, type Clock, Credits, Recent } from "@roomcast/hub";
import type { Socket } from "node:net";

import { type Addresses, networkOf } from "./peer-address.ts";
import { readNoMore } from "./slices.ts";

/** Who is refused as often as this has been told often enough; it holds twice as many. */
const REFUSALS_PER_SECOND = 100;
const NARROW_MS = 1_000;
/** Connections of any kind, for each that may become a client: pages and requests need some of their own. */
const COMERS_PER_TAKEN = 4;

/** Of a connection. */
type Remote = Pick<Socket, "remoteAddress" | "push">;

/** Whether a connection is taken; where the door is narrow it is to be read by little and little. */
export type Admission = "freely" | "narrowly" | "not";

export interface DoorstepOptions {
  readonly clock: Clock;
  readonly addresses: Pick<Addresses, "direct">;
  /** Whether an address says who it is: false leaves the door open to all. */
  readonly isKnownByAddress: boolean;
  /** As many are taken where the door is narrow, so that whoever shares the address gets in beside who floods. 0: all. */
  readonly takenPerSecond: number;
}

export class Doorstep {
  readonly #options: DoorstepOptions;
  /** Who comes and says nothing, or nothing that anybody could refuse for its number, costs a socket each time. */
  readonly #comers: Credits;
  readonly #patience: Credits;
  readonly #pace: Credits;
  /** Until when, of each network. */
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
   * Something that was asked over this connection, or the connection itself, was refused for its number. Where the door is narrow
   * it is the last that is read of it: who could ask on over connections that stand would not need the door.
   */
  refused(socket: Remote): void {
    const network = this.#networkOf(socket);
    if (network === undefined) return;
    if (this.#patience.take(network) > 0) this.#narrowFor(network);
    if (this.#isNarrow(network)) readNoMore(socket);
  }

  /** What nobody sends who means well came over this connection, and it is the last of it. */
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

  /** undefined: a proxy's, behind which are many. */
  #networkOf(socket: Remote): string | undefined {
    if (!this.#options.isKnownByAddress) return undefined;
    const address = this.#options.addresses.direct(socket);
    return address === undefined ? undefined : networkOf(address);
  }
}
