/** Whether what was held while a room was read goes on where the snapshot ends. */
import { JsonText } from "@roomcast/protocol";
import { expect, test } from "vitest";

import type { Page } from "../ports/room-log.ts";
import type { Held } from "../rooms/holding.ts";
import { meets } from "./snapshot.ts";

const EPOCH = "k1";
const page: Page = {
  ...{ epoch: EPOCH, floor: 0, top: 5, events: [], more: false },
  goneSequence: 0,
};
const event = (offset: number): Held => ({
  ...{ epoch: EPOCH, offset, sequence: offset, bytes: 1 },
  message: {
    ...{
      type: "event",
      room: "r",
      event: "message",
      data: JsonText.of(1),
      id: String(offset),
      time: 0,
      offset,
    },
    from: { clientId: null, user: "u", name: "" },
  },
});
const ack = (offset: number, isBehind: boolean): Held => ({
  ...{ epoch: EPOCH, offset, bytes: 0, isBehind },
  message: { type: "ack", id: String(offset), time: 0 },
});

test.each([
  ["nothing was held", [], true],
  ["the next event", [event(6), event(7)], true],
  ["an event that the snapshot has too", [event(5), event(6)], true],
  ["a hole", [event(7)], false],
  ["an ack behind its event", [event(6), ack(6, true), event(7)], true],
  ["an ack in the stead of its event", [ack(6, false), event(7)], true],
  // Too much was held, and the events were let go.
  ["an ack that is left of its event", [ack(6, true), event(7)], false],
  ["an ack before a hole", [ack(6, false), event(9)], false],
])("R-READ-AGAIN: %s", (_, held, expected) => {
  expect(meets(page, held)).toBe(expected);
});
