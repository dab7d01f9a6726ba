/** What one room's reader owes: a gap before what follows it, an id once, a position when its handlers have returned. */
import { describe, expect, test } from "vitest";

import { ledger, room } from "../testing/ledger-alone.ts";
import { at, event, events, joined } from "../testing/messages.ts";
import { SEEN_EVENTS } from "./seen.ts";

describe("P-GAP-4 gaps are told before what follows them", () => {
  const rejoin = (since: number, fields: Parameters<typeof joined>[1]) => {
    const { subject, did, live } = ledger();
    live(since);
    subject.suspend();
    subject.joining();
    subject.joined(room(fields));
    return { did: did(), subject };
  };

  test("S1 trimmed", () => {
    const gap = { reason: "trimmed", from: 6, to: 8, position: at(10) } as const;
    const { did, subject } = rejoin(5, { position: at(10), events: events(9, 10), gap });
    expect(did).toEqual(["gap 6-8 trimmed", "9r", "10r", "caught up 2 trimmed"]);
    expect(subject.position).toEqual(at(10));
  });

  test("C-HOLE a trimmed gap that does not reach what follows hides no hole", () => {
    const gap = { reason: "trimmed", from: 6, to: 7, position: at(10) } as const;
    expect(rejoin(5, { position: at(10), events: events(9, 10), gap }).did).toEqual([
      "gap 6-7 trimmed",
      "rejoin",
    ]);
  });

  test("S1 store_lost_tail: the room goes on below, with other events under known offsets", () => {
    const gap = { reason: "store_lost_tail", from: 4, to: 5, position: at(3) } as const;
    const { did, subject } = rejoin(5, { position: at(3), gap });
    expect(did).toEqual(["gap 4-5 store_lost_tail", "caught up 0 store_lost_tail"]);
    expect(subject.position).toEqual(at(3));
  });

  test("S4 recreated: another epoch, counted from 1 again", () => {
    const gap = { reason: "recreated", from: null, to: null, position: at(2, "e2") } as const;
    const { did, subject } = rejoin(5, {
      position: at(2, "e2"),
      events: [event(1, { id: "n1" }), event(2, { id: "n2" })],
      gap,
    });
    expect(did).toEqual(["gap null-null recreated", "1r@e2", "2r@e2", "caught up 2 recreated"]);
    expect(subject.position).toEqual(at(2, "e2"));
  });

  test.each([
    ["S2 failover: what is kept comes again, and known ids are dropped", "failover"],
    ["P-FRAME-11 a reason of a later server is told as it came, and read as failover is", "redacted"],
  ])("%s", (_, reason) => {
    const { subject, did } = ledger(at(0));
    subject.joining();
    subject.joined(room({ position: at(3), recovered: true, events: events(1, 3) }));
    did();
    subject.suspend();
    subject.joining();
    const gap = { reason: reason as "failover", from: null, to: null, position: at(4, "e2") };
    subject.joined(room({ position: at(4, "e2"), events: events(1, 4), gap }));
    expect(did()).toEqual([`gap null-null ${reason}`, "4r@e2", `caught up 1 ${reason}`]);
    expect(subject.position).toEqual(at(4, "e2"));
  });

  test("S1 a new epoch without a word is told as recreated", () => {
    const { did } = rejoin(5, {
      position: at(2, "e2"),
      events: [event(1, { id: "n1" }), event(2, { id: "n2" })],
    });
    expect(did[0]).toBe("gap null-null recreated");
  });

  test("S1 live, in the same epoch", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.gap({ type: "gap", room: "general", reason: "trimmed", from: 6, to: 8, position: at(9) });
    subject.event(event(9));
    expect(did()).toEqual(["gap 6-8 trimmed", "9"]);
  });

  test("S1 live, of a new epoch: joining again tells it, once, and brings what is kept", () => {
    const { subject, did, live } = ledger();
    live(5);
    const gap = { reason: "failover", from: null, to: null, position: at(2, "e2") } as const;
    subject.gap({ type: "gap", room: "general", ...gap });
    expect(did()).toEqual(["rejoin"]);
    subject.joined(
      room({ position: at(2, "e2"), events: [event(1, { id: "n1" }), event(2, { id: "n2" })], gap }),
    );
    expect(did()).toEqual(["gap null-null failover", "1r@e2", "2r@e2", "caught up 2 failover"]);
  });

  test.each([
    { when: "while a join is under way", now: "e2" },
    { when: "and of another one, while the join that it made is under way", now: "e3" },
  ])("S1 S4 of a new epoch, $when: told once, and nothing of a life that is over is shown", ({ now }) => {
    const { subject, did, live } = ledger();
    live(5);
    const gap = { reason: "recreated", from: null, to: null } as const;
    subject.gap({ type: "gap", room: "general", ...gap, position: at(0, "e2") });
    subject.event(event(1, { id: "n1" }));
    subject.event(event(2, { id: "n2" }));
    subject.ack(at(3, "e2"), "guest:me", "mine");
    subject.joined(room({ position: at(0, now), events: [], gap: { ...gap, position: at(0, now) } }));
    subject.event(event(1, { id: "z" }));
    expect(did()).toEqual(["rejoin", "gap null-null recreated", "caught up 0 recreated", `1@${now}`]);
    expect(subject.position).toEqual(at(1, now));
  });

  test("S1 what a join has told already is not told again", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.gap({ type: "gap", room: "general", reason: "recreated", from: null, to: null, position: at(0) });
    subject.gap({ type: "gap", room: "general", reason: "trimmed", from: 3, to: 5, position: at(5) });
    expect(did()).toEqual([]);
    expect(subject.position).toEqual(at(5));
  });
});

describe("P-GAP-3 S2 ids across epochs", () => {
  test(`the last ${SEEN_EVENTS} pairs of user and id are known`, () => {
    const { subject, did } = ledger(at(0));
    const last = SEEN_EVENTS + 10;
    subject.joining();
    subject.joined(room({ position: at(last), recovered: true, events: events(1, last) }));
    subject.suspend();
    did();
    subject.joining();
    const gap = { reason: "failover", from: null, to: null, position: at(last, "e2") } as const;
    subject.joined(room({ position: at(last, "e2"), events: events(1, last), gap }));
    expect(did().filter((line) => line.endsWith("@e2"))).toHaveLength(10);
  });

  test("a pair is not another pair that looks like it when written in one", () => {
    const { subject, did, live } = ledger();
    live(0);
    subject.event(event(1, { id: "bc", from: { clientId: null, user: "a", name: "" } }));
    subject.event(event(2, { id: "c", from: { clientId: null, user: "ab", name: "" } }));
    expect(did()).toEqual(["1", "2"]);
  });
});

describe("C-HANDLED a position counts when the handlers have returned", () => {
  test("it is the one before while they run", () => {
    const { subject, onDeliver, live } = ledger();
    live(5);
    const seen: unknown[] = [];
    onDeliver(() => void seen.push(subject.position));
    subject.event(event(6));
    expect(seen).toEqual([at(5)]);
    expect(subject.position).toEqual(at(6));
  });

  test("a handler that ends the connection gets nothing more of it, and what it has had does not come again", () => {
    const { subject, did, onDeliver } = ledger(at(0));
    onDeliver(({ offset }) => {
      if (offset === 2) subject.suspend();
    });
    subject.joining();
    subject.event(event(4));
    subject.joined(room({ position: at(3), recovered: true, events: events(1, 3) }));
    expect(did()).toEqual(["1r", "2r"]);
    expect(subject.position).toEqual(at(2));
    subject.joining();
    subject.joined(room({ position: at(4), recovered: true, events: events(3, 4) }));
    expect(did()).toEqual(["3r", "4r", "caught up 2 first recovered"]);
  });
});
