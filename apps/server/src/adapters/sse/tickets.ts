/** Owns tickets: what stands in for a token in a URL, where a browser's EventSource can send no header. Good once, and soon. */
import type { Clock, Identity, Random } from "@roomcast/hub";
import { err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

export const TICKET_MS = 30_000;
/** More than these, and the oldest is good no more. */
const MAX_TICKETS = 10_000;

export class Tickets {
  readonly #clock: Clock;
  readonly #random: Random;
  /** In the order in which they are due, since all last as long. */
  readonly #issued = new Map<string, { readonly identity: Identity; readonly dueAtMs: number }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  issue(identity: Identity): string {
    this.#forget(MAX_TICKETS - 1);
    const ticket = this.#random.id();
    this.#issued.set(ticket, { identity, dueAtMs: this.#clock.monotonicMs() + TICKET_MS });
    return ticket;
  }

  redeem(ticket: string): Result<Identity, Refusal> {
    this.#forget(MAX_TICKETS);
    const issued = this.#issued.get(ticket);
    this.#issued.delete(ticket);
    return issued === undefined
      ? err(refusal("unauthorised", "the ticket is used or too old"))
      : ok(issued.identity);
  }

  /** @param most that may be left. */
  #forget(most: number): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [ticket, { dueAtMs }] of this.#issued) {
      if (dueAtMs > nowMs && this.#issued.size <= most) return;
      this.#issued.delete(ticket);
    }
  }
}
