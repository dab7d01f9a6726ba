/** POST /v1/tickets: for a token, a ticket that may stand in a URL. */
import type { Entrance } from "../entrance.ts";
import { type Answer, refused } from "../http/answer.ts";
import type { Call } from "../http/route.ts";
import { TICKET_MS, type Tickets } from "./tickets.ts";

export interface TicketPorts {
  readonly entrance: Pick<Entrance, "identify">;
  readonly tickets: Tickets;
}

export async function issueTicket(
  { entrance, tickets }: TicketPorts,
  { request }: Call<never>,
): Promise<Answer> {
  const identity = await entrance.identify(request);
  if (!identity.ok) return refused(identity.error);
  return {
    status: 200,
    body: JSON.stringify({ ticket: tickets.issue(identity.value), expiresInMs: TICKET_MS }),
  };
}
