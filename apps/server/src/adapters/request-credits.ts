/** Owns that a plain request costs its sender a credit, as a message over a socket does: a user, or an address where none is known. */
import { beyond, type Clock, Credits, type LimitName, type Telemetry } from "@roomcast/hub";
import type { Refusal } from "@roomcast/protocol";
import type { IncomingMessage } from "node:http";

import type { Doorstep } from "./doorstep.ts";
import { type Addresses, networkOf } from "./peer-address.ts";

export interface RequestCreditsOptions {
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly telemetry: Pick<Telemetry, "record">;
  readonly limit: Extract<LimitName, "messagesPerSecond" | "requestsPerSecond">;
  readonly perSecond: number;
  /** Is told of whoever is refused on the account of an address. */
  readonly doorstep: Pick<Doorstep, "refused">;
}

export class RequestCredits {
  readonly #options: RequestCreditsOptions;
  readonly #credits: Credits;

  constructor(options: RequestCreditsOptions) {
    this.#options = options;
    this.#credits = new Credits(options.clock, options.perSecond);
  }

  /** Whom it is on. @param user null: nobody is known. */
  payer(request: IncomingMessage, user: string | null): string {
    return user === null ? `address ${networkOf(this.#options.addresses.of(request))}` : `user ${user}`;
  }

  /** @param user null: nobody is known. @param count what it costs; more than there is has to come in before the next. @returns why it is refused. */
  take(request: IncomingMessage, user: string | null, count = 1): Refusal | undefined {
    const waitMs = this.#credits.take(this.payer(request, user), count);
    if (waitMs === 0) return undefined;
    if (user === null) this.#options.doorstep.refused(request.socket);
    return beyond(this.#options.limit, this.#options.telemetry, waitMs);
  }

  /** What a request has cost besides, as it turned out: it counts before the next. */
  charge(request: IncomingMessage, user: string, count: number): void {
    this.#credits.charge(this.payer(request, user), count);
  }
}
