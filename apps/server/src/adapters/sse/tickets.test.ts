import { GUEST } from "@roomcast/hub";
import { ManualClock, SeededRandom } from "@roomcast/hub/testing";
import { expect, it } from "vitest";

import { TICKET_MS, Tickets } from "./tickets.ts";

it("P-SSE-8: a ticket is good once, and for 30 s", () => {
  const clock = new ManualClock();
  const tickets = new Tickets(clock, new SeededRandom(1));
  const [first, second] = [tickets.issue(GUEST), tickets.issue({ user: "ada" })];
  expect(tickets.redeem(first)).toEqual({ ok: true, value: GUEST });
  expect(tickets.redeem(first).ok).toBe(false);
  clock.advance(TICKET_MS - 1);
  const third = tickets.issue(GUEST);
  clock.advance(1);
  expect(tickets.redeem(second).ok).toBe(false);
  expect(tickets.redeem(third).ok).toBe(true);
});

it("T26 P-SSE-8: of very many the oldest are good no more", () => {
  const tickets = new Tickets(new ManualClock(), new SeededRandom(1));
  const issued = Array.from({ length: 10_001 }, () => tickets.issue(GUEST));
  expect(tickets.redeem(issued[0]!).ok).toBe(false);
  expect(tickets.redeem(issued[1]!).ok).toBe(true);
});
