/** Owns tickets: what stands in for a token in a URL, where a browser's EventSource can send no header. Good once, and soon. */
import { overLimit, type Clock, type Identity, type Random, type Telemetry } from "@roomcast/hub";
import { err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

export const TICKET_MS = 30_000;
/** More than these, and the oldest is good no more. */
const MAX_TICKETS = 10_000;

export interface TicketsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Pick<Telemetry, "record">;
  /** 0 is no limit. */
  readonly ticketsPerUser: number;
}

interface Issued {
  readonly identity: Identity;
  readonly payer: string;
  readonly dueAtMs: number;
}

export class Tickets {
  readonly #options: TicketsOptions;
  /** In the order in which they are due, since all last as long. */
  readonly #issued = new Map<string, Issued>();
  /** By payer: those of each in the same order. */
  readonly #waiting = new Map<string, Set<Issued>>();

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  /** @param payer whose it is: a user, or where a guest comes from. */
  issue(identity: Identity, payer: string): Result<string, Refusal> {
    const { clock, random, telemetry, ticketsPerUser } = this.#options;
    this.#forget(MAX_TICKETS - 1);
    const nowMs = clock.monotonicMs();
    const waiting = this.#waiting.get(payer) ?? new Set();
    const [oldest] = waiting;
    if (ticketsPerUser > 0 && oldest !== undefined && waiting.size >= ticketsPerUser)
      return err(overLimit("ticketsPerUser", telemetry, Math.ceil(oldest.dueAtMs - nowMs)));
    const ticket = random.id();
    const issued = { identity, payer, dueAtMs: nowMs + TICKET_MS };
    this.#issued.set(ticket, issued);
    this.#waiting.set(payer, waiting.add(issued));
    return ok(ticket);
  }

  redeem(ticket: string): Result<Identity, Refusal> {
    this.#forget(MAX_TICKETS);
    const issued = this.#issued.get(ticket);
    if (issued === undefined) return err(refusal("unauthorised", "the ticket is used or too old"));
    this.#remove(ticket, issued);
    return ok(issued.identity);
  }

  /** @param most that may be left. */
  #forget(most: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [ticket, issued] of this.#issued) {
      if (issued.dueAtMs > nowMs && this.#issued.size <= most) return;
      this.#remove(ticket, issued);
    }
  }

  #remove(ticket: string, issued: Issued): void {
    this.#issued.delete(ticket);
    const waiting = this.#waiting.get(issued.payer);
    waiting?.delete(issued);
    if (waiting?.size === 0) this.#waiting.delete(issued.payer);
  }
}
