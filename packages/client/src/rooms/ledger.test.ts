/** One room's reader against every order in which a server may tell it things. */
import { describe, expect, test } from "vitest";

import { ledger, room } from "../testing/ledger-alone.ts";
import { at, ephemeral, event, events, page } from "../testing/messages.ts";
import { MAX_HELD } from "./ledger.ts";
import { SEEN_EVENTS } from "./seen.ts";

describe("joining", () => {
  test("C8 the newest events, then what is live", () => {
    const { subject, did } = ledger();
    subject.joining();
    subject.joined(room({ position: at(7), events: events(5, 7) }));
    subject.event(event(8));
    expect(did()).toEqual(["5r", "6r", "7r", "caught up 3 first", "8"]);
    expect(subject.position).toEqual(at(8));
  });

  test("an empty room, and one whose history was not asked for, begin at the top", () => {
    const { subject, did } = ledger();
    subject.joining();
    subject.joined(room({ position: at(7) }));
    subject.event(event(8));
    expect(did()).toEqual(["caught up 0 first", "8"]);
  });

  test("S1 a position that the application stored is where it goes on", () => {
    const { subject, did } = ledger(at(5));
    subject.joining();
    subject.joined(room({ position: at(7), recovered: true, events: events(6, 7) }));
    expect(did()).toEqual(["6r", "7r", "caught up 2 first recovered"]);
  });

  test("P-JOIN-8 S2 S3 what is live before the answer is of the stay before: it comes again, but what is not kept", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.event(event(6));
    subject.rejoin();
    subject.event(event(7));
    subject.event(ephemeral("typing-1"));
    expect(did()).toEqual(["6", "rejoin", "typing-1"]);
    subject.joined(room({ position: at(7), recovered: true, events: events(7, 7) }));
    subject.event(event(8));
    expect(did()).toEqual(["7r", "caught up 1 recovered", "8"]);
  });

  test("S4 what was held back before a join is nothing to the stay that it begins", () => {
    const { subject, onDeliver } = ledger(at(0));
    const ids: string[] = [];
    onDeliver(({ id }) => ids.push(id));
    subject.joining();
    subject.joined(room({ position: at(3), recovered: true, events: events(1, 2), more: true }));
    subject.event(event(4, { id: "old" }));
    subject.page(page("h1", { events: events(1, 1), position: at(1, "e2") }));
    subject.joined(room({ position: at(3, "e2"), events: events(1, 3) }));
    subject.event(event(4, { id: "new" }));
    expect(ids.at(-1)).toBe("new");
  });
});

describe("P-JOIN-3 more than a page", () => {
  test("S1 S3 the rest is fetched page by page while live events wait, ephemeral ones too", () => {
    const { subject, did } = ledger(at(0));
    subject.joining();
    subject.joined(room({ position: at(6), recovered: true, events: events(1, 2), more: true }));
    subject.event(event(7));
    subject.event(ephemeral("typing-1"));
    expect(did()).toEqual(["1r", "2r", "fetch 2"]);
    subject.page(page("h1", { events: events(3, 4), position: at(7), more: true }));
    subject.event(event(8));
    expect(did()).toEqual(["3r", "4r", "fetch 4"]);
    subject.page(page("h2", { events: events(5, 8), position: at(8) }));
    expect(did()).toEqual(["5r", "6r", "7r", "8r", "caught up 8 first recovered", "typing-1"]);
    subject.event(event(9));
    expect(did()).toEqual(["9"]);
  });

  test("P-POS-4 a hole between pages asks for the room again: its floor may have moved", () => {
    const { subject, did } = ledger(at(0));
    subject.joining();
    subject.joined(room({ position: at(9), recovered: true, events: events(1, 2), more: true }));
    subject.page(page("h1", { events: events(5, 6), position: at(9), more: true }));
    expect(did()).toEqual(["1r", "2r", "fetch 2", "rejoin"]);
    subject.joined(
      room({
        position: at(9),
        events: events(5, 9),
        gap: { reason: "trimmed", from: 3, to: 4, position: at(9) },
      }),
    );
    expect(did()).toEqual(["gap 3-4 trimmed", "5r", "6r", "7r", "8r", "9r", "caught up 5 first trimmed"]);
  });

  test("a page of another epoch asks for the room again", () => {
    const { subject, did } = ledger(at(0));
    subject.joining();
    subject.joined(room({ position: at(9), recovered: true, events: events(1, 2), more: true }));
    did();
    subject.page(page("h1", { events: events(1, 3), position: at(3, "e2") }));
    expect(did()).toEqual(["rejoin"]);
    expect(subject.position).toEqual(at(2));
  });

  test("a page that was asked for on an earlier socket is not taken", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.page(page("h1", { events: events(6, 7), position: at(7) }));
    subject.suspend();
    subject.page(page("h1", { events: events(6, 7), position: at(7) }));
    expect(did()).toEqual([]);
  });

  test("C-HELD what is held back has a bound; beyond it everything is fetched instead", () => {
    const { subject, did } = ledger(at(0));
    subject.joining();
    subject.joined(room({ position: at(2), recovered: true, events: events(1, 1), more: true }));
    did();
    for (let offset = 3; offset <= MAX_HELD + 4; offset += 1) subject.event(event(offset));
    subject.page(page("h1", { events: events(2, 2), position: at(2) }));
    expect(did()).toEqual(["2r", "fetch 2"]);
    subject.page(page("h2", { events: events(3, 4), position: at(MAX_HELD + 4), more: true }));
    expect(did()).toEqual(["3r", "4r", "fetch 4"]);
    subject.page(page("h3", { events: events(5, MAX_HELD + 4), position: at(MAX_HELD + 4) }));
    expect(did().at(-1)).toContain("caught up");
    expect(subject.position).toEqual(at(MAX_HELD + 4));
  });
});

describe("live", () => {
  test("P-POS-5 S2 an offset that was handed out already is dropped", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.event(event(6));
    subject.event(event(6));
    subject.event(event(4));
    expect(did()).toEqual(["6"]);
  });

  test("P-POS-4 S3 a hole asks for that room again, and nothing is handed out before it is filled", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.event(event(8));
    subject.event(event(9));
    expect(did()).toEqual(["rejoin"]);
    expect(subject.position).toEqual(at(5));
    subject.joined(room({ position: at(9), recovered: true, events: events(6, 9) }));
    expect(did()).toEqual(["6r", "7r", "8r", "9r", "caught up 4 recovered"]);
  });

  test("C-HOLE a hole that is still there then is told, and what follows is handed out", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.event(event(8));
    subject.joined(room({ position: at(8), recovered: true, events: [event(8)] }));
    expect(did()).toEqual(["rejoin", "gap 6-7 hole", "8r", "caught up 1 recovered hole"]);
    subject.event(event(9));
    expect(did()).toEqual(["9"]);
  });

  test("C-HOLE events that end before the top that the server names are a hole as well", () => {
    const { subject, did } = ledger(at(5));
    subject.joining();
    subject.joined(room({ position: at(8), recovered: true, events: [event(6)] }));
    expect(did()).toEqual(["6r", "rejoin"]);
    subject.joined(room({ position: at(8), recovered: true, events: [] }));
    expect(did()).toEqual(["gap 7-8 hole", "caught up 0 first recovered hole"]);
    expect(subject.position).toEqual(at(8));
  });

  test("P-PUB-8 ephemeral events have no offset, and leave no hole", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.event(ephemeral("a"));
    subject.event(event(6));
    subject.event(ephemeral("b"));
    expect(did()).toEqual(["a", "6", "b"]);
  });

  test("S2 an ephemeral event that its sender repeated is handed out once", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.event(ephemeral("a"));
    subject.event(ephemeral("a"));
    expect(did()).toEqual(["a"]);
  });
});

describe("P-PUB-6 B3 echo: false", () => {
  test("S3 the ack stands for its offset", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.expectSilently("guest:me", "mine");
    subject.ack(at(6), "guest:me", "mine");
    subject.event(event(7));
    expect(did()).toEqual(["7"]);
    expect(subject.position).toEqual(at(7));
  });

  test("an ack behind a hole asks for the room again, as an event would", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.ack(at(7), "guest:me", "mine");
    expect(did()).toEqual(["rejoin"]);
    subject.joined(room({ position: at(7), recovered: true, events: events(6, 7) }));
    expect(did()).toEqual(["6r", "7r", "caught up 2 recovered"]);
  });

  test("S2 a replay that holds it all the same does not hand it out, whether the ack came or not", () => {
    const { subject, did, live } = ledger();
    live(5);
    const mine = event(6, { id: "mine", from: { clientId: "me", user: "guest:me", name: "" } });
    subject.expectSilently("guest:me", "mine");
    subject.suspend();
    subject.joining();
    subject.joined(room({ position: at(7), recovered: true, events: [mine, event(7)] }));
    subject.ack(at(6), "guest:me", "mine");
    expect(did()).toEqual(["7r", "caught up 1 recovered"]);
    expect(subject.position).toEqual(at(7));
  });

  test("S2 however much is replayed before it comes", () => {
    const { subject, did } = ledger(at(0));
    const last = 2 * SEEN_EVENTS;
    subject.expectSilently("guest:me", "mine");
    subject.joining();
    subject.joined(room({ position: at(last), recovered: true, events: events(1, last) }));
    did();
    subject.event(event(last + 1, { id: "mine", from: { clientId: "me", user: "guest:me", name: "" } }));
    subject.event(event(last + 2));
    expect(did()).toEqual([`${last + 2}`]);
  });

  test("the ack of a repetition may name another life of the room, and stands for nothing here", () => {
    const { subject, did, live } = ledger();
    live(5);
    subject.ack(at(40, "e0"), "guest:me", "mine");
    subject.event(event(6));
    expect(did()).toEqual(["6"]);
  });
});
