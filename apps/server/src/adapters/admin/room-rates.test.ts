/** What goes through each room, second by second. */
import type { PublishedEvent } from "@roomcast/hub";
import { expect, it } from "vitest";

import { RoomRates } from "./room-rates.ts";

const event = (room: string, receivers: number): PublishedEvent => ({ room, receivers }) as PublishedEvent;

it("H-ADMIN-LOOK: a rate is of the last second alone, and of a room in which nothing went on it is zero", () => {
  const rates = new RoomRates();
  for (const receivers of [3, 3, 0, 2]) rates.count(event("busy", receivers));
  expect(rates.of("busy")).toEqual({ inPerSecond: 0, outPerSecond: 0 });
  rates.next(2);
  expect(rates.of("busy")).toEqual({ inPerSecond: 2, outPerSecond: 4 });
  expect([...rates.rooms()]).toEqual(["busy"]);
  rates.next(1);
  expect(rates.of("busy")).toEqual({ inPerSecond: 0, outPerSecond: 0 });
  expect([...rates.rooms()]).toEqual([]);
});
