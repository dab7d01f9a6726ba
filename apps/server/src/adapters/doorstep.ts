/**
 * Owns from where no connection is taken for a while: an address that goes on asking, or coming, though it was told to wait.
 * To read what it asks and to refuse it again would cost others more than it is owed.
 */
import { type Clock, Credits } from "@roomcast/hub";
import type { Socket } from "node:net";

import { type Addresses, networkOf } from "./peer-address.ts";

/** Who is refused as often as this has been told often enough; it holds twice as many. */
const REFUSALS_PER_SECOND = 100;
const SHUT_MS = 1_000;

/** Of a connection. */
type Remote = Pick<Socket, "remoteAddress">;

export interface DoorstepOptions {
  readonly clock: Clock;
  readonly addresses: Pick<Addresses, "direct">;
  /** Whether an address says who it is: false leaves the door open to all. */
  readonly isKnownByAddress: boolean;
}

export class Doorstep {
  readonly #options: DoorstepOptions;
  readonly #patience: Credits;
  /** Until when, of each network. The door that opens first stands first. */
  readonly #shut = new Map<string, number>();

  constructor(options: DoorstepOptions) {
    this.#options = options;
    this.#patience = new Credits(options.clock, REFUSALS_PER_SECOND);
  }

  /** Something that was asked over this connection, or the connection itself, was refused for its number. */
  refused(socket: Remote): void {
    const network = this.#networkOf(socket);
    if (network !== undefined) this.#tire(network);
  }

  /** @returns false: it is to be cut. Who tries on and on keeps the door shut, and who tries now and then does not. */
  admits(socket: Remote): boolean {
    if (this.#shut.size === 0) return true;
    this.#openInTime();
    const network = this.#networkOf(socket);
    if (network === undefined || !this.#shut.has(network)) return true;
    this.#tire(network);
    return false;
  }

  #tire(network: string): void {
    if (this.#patience.take(network) === 0) return;
    this.#openInTime();
    this.#shut.delete(network);
    this.#shut.set(network, this.#options.clock.monotonicMs() + SHUT_MS);
  }

  #openInTime(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [network, untilMs] of this.#shut) {
      if (untilMs > nowMs) return;
      this.#shut.delete(network);
    }
  }

  /** undefined: a proxy's, behind which are many. */
  #networkOf(socket: Remote): string | undefined {
    if (!this.#options.isKnownByAddress) return undefined;
    const address = this.#options.addresses.direct(socket);
    return address === undefined ? undefined : networkOf(address);
  }
}
