/** Owns the credits that plain requests cost their senders, as messages over a socket do: a user, or an address where no user is known. */
import { overLimit, type Clock, Credits, type LimitName, type Telemetry } from "@roomcast/hub";
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
  /** Is told when an address has no credit left. */
  readonly doorstep: Pick<Doorstep, "refused">;
}

export class RequestCredits {
  readonly #options: RequestCreditsOptions;
  readonly #credits: Credits;

  constructor(options: RequestCreditsOptions) {
    this.#options = options;
    this.#credits = new Credits(options.clock, options.perSecond);
  }

  /** Who pays. @param user null: nobody is known. */
  payer(request: IncomingMessage, user: string | null): string {
    return user === null ? `address ${networkOf(this.#options.addresses.of(request))}` : `user ${user}`;
  }

  /** @param user null: nobody is known. @param count what it costs; what is lacking must come in before the next. @returns why it is refused. */
  take(request: IncomingMessage, user: string | null, count = 1): Refusal | undefined {
    const waitMs = this.#credits.take(this.payer(request, user), count);
    if (waitMs === 0) return undefined;
    if (user === null) this.#options.doorstep.refused(request.socket);
    return overLimit(this.#options.limit, this.#options.telemetry, waitMs);
  }

  /** For what only turned out later: it is charged in any case, and the next request waits until it has come in. */
  charge(request: IncomingMessage, user: string, count: number): void {
    this.#credits.charge(this.payer(request, user), count);
  }
}
