/** POST /v1/tickets: for a token, a ticket that may stand in a URL. */
import type { Entrance } from "../entrance.ts";
import { type Answer, answer, refused } from "../http/answer.ts";
import type { Call } from "../http/route.ts";
import type { RequestCredits } from "../request-credits.ts";
import { TICKET_MS, type Tickets } from "./tickets.ts";

export interface TicketPorts {
  readonly entrance: Pick<Entrance, "identify">;
  readonly tickets: Tickets;
  readonly credits: Pick<RequestCredits, "payer">;
}

export async function issueTicket(
  { entrance, tickets, credits }: TicketPorts,
  { request }: Call<never>,
): Promise<Answer> {
  const identity = await entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  const issued = tickets.issue(identity.value, credits.payer(request, identity.value.user));
  return answer(issued, (ticket) => JSON.stringify({ ticket, expiresInMs: TICKET_MS }));
}
