import { GUEST, NO_TELEMETRY } from "@roomcast/hub";
import { ManualClock, SeededRandom } from "@roomcast/hub/testing";
import { ok } from "@roomcast/protocol";
import { expect, it } from "vitest";

import { TICKET_MS, Tickets } from "./tickets.ts";

const ADA = { user: "ada" };

function stage(ticketsPerUser = 0): {
  clock: ManualClock;
  tickets: Tickets;
  issue: typeof Tickets.prototype.issue;
} {
  const clock = new ManualClock();
  const tickets = new Tickets({
    ...{ clock, random: new SeededRandom(1), telemetry: NO_TELEMETRY, ticketsPerUser },
  });
  return { clock, tickets, issue: (...asked) => tickets.issue(...asked) };
}

const ticketOf = (issued: ReturnType<Tickets["issue"]>): string => {
  if (!issued.ok) throw new Error(issued.error.message);
  return issued.value;
};

it("P-SSE-8: a ticket is good once, and for 30 s", () => {
  const { clock, tickets } = stage();
  const [first, second] = [tickets.issue(GUEST, "here"), tickets.issue(ADA, "ada")].map(ticketOf);
  expect(tickets.redeem(first!)).toEqual(ok(GUEST));
  expect(tickets.redeem(first!).ok).toBe(false);
  clock.advance(TICKET_MS - 1);
  const third = ticketOf(tickets.issue(GUEST, "here"));
  clock.advance(1);
  expect(tickets.redeem(second!).ok).toBe(false);
  expect(tickets.redeem(third).ok).toBe(true);
});

it("T26 P-SSE-8: of very many the oldest are good no more", () => {
  const { tickets } = stage();
  const issued = Array.from({ length: 10_001 }, () => ticketOf(tickets.issue(GUEST, "here")));
  expect(tickets.redeem(issued[0]!).ok).toBe(false);
  expect(tickets.redeem(issued[1]!).ok).toBe(true);
});

it("T26 R-LIMIT-TICKETS: a user has so many that wait, and others have theirs; one that is used or due makes way", () => {
  const { clock, tickets } = stage(2);
  const first = ticketOf(tickets.issue(ADA, "ada"));
  clock.advance(1_000.5);
  tickets.issue(ADA, "ada");
  const refused = { ok: false, error: { code: "overloaded", isOwnExcess: true } };
  expect(tickets.issue(ADA, "ada")).toMatchObject({ ...refused, error: { retryAfterMs: TICKET_MS - 1_000 } });
  expect(tickets.issue(GUEST, "here").ok).toBe(true);
  tickets.redeem(first);
  tickets.issue(ADA, "ada");
  expect(tickets.issue(ADA, "ada")).toMatchObject(refused);
  clock.advance(TICKET_MS);
  expect(tickets.issue(ADA, "ada").ok).toBe(true);
});
