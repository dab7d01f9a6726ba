import { describe, expect, it } from "vitest";

import { Publisher } from "./publisher.ts";

function publisher(readers: number): { publisher: Publisher; sent: number[] } {
  const sent: number[] = [];
  return {
    sent,
    publisher: new Publisher(readers, (messages) => sent.push(...messages.map((each) => each.sequence))),
  };
}

describe("a publisher", () => {
  it("B-PACE: has at most its window under way, and goes on when all readers have one more", () => {
    const { publisher: one, sent } = publisher(2);
    one.start(4, 2);
    expect(sent).toEqual([1, 2]);
    one.delivered();
    expect(sent).toEqual([1, 2]);
    one.delivered();
    expect(sent).toEqual([1, 2, 3]);
    expect(one.whole).toBe(false);
    for (let delivery = 2; delivery < 8; delivery += 1) one.delivered();
    expect(sent).toEqual([1, 2, 3, 4]);
    expect(one.whole).toBe(true);
  });

  it("B-PACE: without a window sends all, and counts on where the warm-up ended", () => {
    const { publisher: one, sent } = publisher(1);
    one.start(2, Number.POSITIVE_INFINITY);
    for (let delivery = 0; delivery < 2; delivery += 1) one.delivered();
    one.start(2, Number.POSITIVE_INFINITY);
    expect(sent).toEqual([1, 2, 3, 4]);
  });
});
