/** What one operator sees of the events that go by, quarter second by quarter second. */
import type { PublishedEvent } from "@roomcast/hub";
import { ManualClock } from "@roomcast/hub/testing";
import { JsonText } from "@roomcast/protocol";
import type { TailBatch } from "@roomcast/protocol/operators";
import { describe, expect, it } from "vitest";

import { Tail, type TailFilter } from "./tail.ts";

const EVERY_MS = 250;

const event = (more: Partial<PublishedEvent> = {}): PublishedEvent => ({
  ...{ room: "general", event: "message", id: "1", data: JsonText.of("hi"), kept: true, time: 0 },
  ...{ from: { clientId: "c1", user: "guest:c1", name: "Ada" }, offset: 1, receivers: 2, sinceMs: 0 },
  ...more,
});

function tailing(filter: TailFilter): {
  tail: Tail;
  clock: ManualClock;
  seen: TailBatch[];
  reader: { behind: boolean };
} {
  const clock = new ManualClock();
  const seen: TailBatch[] = [];
  const reader = { behind: false };
  const tail = new Tail(filter, clock, (batch) => {
    if (!reader.behind) seen.push(batch);
    return !reader.behind;
  });
  return { tail, clock, seen, reader };
}

describe("the filter", () => {
  it.each<[TailFilter, boolean]>([
    [{}, true],
    [{ room: "general" }, true],
    [{ room: "gen" }, false],
    [{ room: "gen*" }, true],
    [{ room: "*" }, true],
    [{ room: "general", event: "tick" }, false],
    [{ event: "mess*" }, true],
    [{ user: "guest:c1" }, true],
    [{ user: "c1" }, true],
    [{ user: "Ada" }, true],
    [{ user: "Bob" }, false],
    [{ user: "" }, false],
  ])("H-ADMIN-TAIL: %j lets it through: %s", (filter, lets) => {
    const { tail, clock, seen } = tailing(filter);
    tail.take(event());
    clock.advance(EVERY_MS);
    expect(seen.length > 0).toBe(lets);
  });
});

it("H-ADMIN-TAIL: tells four times a second, and nothing when nothing was", () => {
  const { tail, clock, seen } = tailing({});
  clock.advance(10 * EVERY_MS);
  expect(seen).toEqual([]);
  tail.take(event({ id: "a" }));
  tail.take(event({ id: "b" }));
  clock.advance(EVERY_MS);
  expect(seen.map(({ events }) => events.map(({ id }) => id))).toEqual([["a", "b"]]);
  tail.stop();
  expect(clock.pendingTimers).toBe(0);
});

it("H-ADMIN-BOUND: what a reader that is behind does not get is counted for when it is back", () => {
  const { tail, clock, seen, reader } = tailing({});
  reader.behind = true;
  for (let n = 0; n < 60; n += 1) tail.take(event());
  clock.advance(EVERY_MS);
  reader.behind = false;
  tail.take(event({ id: "last" }));
  clock.advance(EVERY_MS);
  expect(seen).toMatchObject([{ events: [{ id: "last" }], dropped: 60 }]);
});
