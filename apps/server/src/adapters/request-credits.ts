/** Owns that a plain request costs its sender a credit, as a message over a socket does: a user, or an address where none is known. */
import { beyond, type Clock, Credits, type Telemetry } from "@roomcast/hub";
import type { Refusal } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import { type Addresses, networkOf } from "./peer-address.ts";

export interface RequestCreditsOptions {
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly telemetry: Pick<Telemetry, "record">;
  readonly messagesPerSecond: number;
}

export class RequestCredits {
  readonly #options: RequestCreditsOptions;
  readonly #credits: Credits;

  constructor(options: RequestCreditsOptions) {
    this.#options = options;
    this.#credits = new Credits(options.clock, options.messagesPerSecond);
  }

  /** @param user null: nobody is known. @returns why the request is refused. */
  take(request: IncomingMessage, user: string | null): Refusal | undefined {
    const { addresses, telemetry } = this.#options;
    const who = user === null ? `address ${networkOf(addresses.of(request))}` : `user ${user}`;
    const waitMs = this.#credits.take(who);
    return waitMs === 0 ? undefined : beyond("messagesPerSecond", telemetry, waitMs);
  }
}
