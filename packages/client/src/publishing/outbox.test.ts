/** The publishes of one room, until each has an answer. */
import { PUBLISH_HORIZON_MS } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { ack, at } from "../testing/messages.ts";
import { outbox } from "../testing/outbox-alone.ts";
import { settled } from "../testing/world.ts";
import { MAX_FAILED } from "./outbox-line.ts";
import { MAX_PENDING, RETRY_MS, WINDOW } from "./outbox.ts";

describe("sending", () => {
  test("A14 what is published without a connection goes out in order once the room is joined", () => {
    const { add, open, sent, states } = outbox();
    add("a", "b", "c");
    expect(sent()).toEqual([]);
    expect(states()).toEqual(["a sending", "b sending", "c sending"]);
    open();
    expect(sent()).toEqual(["a", "b", "c"]);
  });

  test("B5 resolves with what the ack says, and only then", async () => {
    const { subject, add, open } = outbox();
    open();
    const { a, b, c } = add("a", "b", "c");
    expect(await settled(a)).toBeUndefined();
    subject.acked(ack("a", 7, { duplicate: true }));
    subject.acked(ack("b", undefined, { delivered: false }));
    subject.acked(ack("c", undefined, { answer: 42 }));
    expect(await a).toEqual({ ok: true, id: "a", time: 1, duplicate: true, position: at(7) });
    expect(await b).toEqual({ ok: true, id: "b", time: 1, duplicate: false, delivered: false });
    expect(await c).toEqual({ ok: true, id: "c", time: 1, duplicate: false, answer: 42 });
    expect(subject.pending).toEqual([]);
  });

  test("B14 a final refusal is a value, and holds up nobody", async () => {
    const { subject, add, open, refuse, states } = outbox();
    open();
    const { a, b } = add("a", "b");
    refuse("a", { code: "forbidden", message: "no", retry: "no" });
    subject.acked(ack("b", 1));
    expect(await a).toEqual({ ok: false, id: "a", code: "forbidden", message: "no", retry: "no" });
    expect(await b).toMatchObject({ ok: true });
    expect(states()).toEqual(["a forbidden"]);
  });

  test("C-WINDOW no more are under way at once than the window allows", () => {
    const { subject, add, open, sent } = outbox();
    const ids = Array.from({ length: WINDOW + 2 }, (_, index) => `p${index}`);
    add(...ids);
    open();
    expect(sent()).toEqual(ids.slice(0, WINDOW));
    subject.acked(ack("p0", 1));
    expect(sent()).toEqual([ids[WINDOW]]);
  });

  test("C-BOUND it takes no more than it can hold", async () => {
    const { add } = outbox();
    add(...Array.from({ length: MAX_PENDING }, (_, index) => `p${index}`));
    expect(await add("more").more).toMatchObject({ ok: false, id: "more", code: "outbox_full" });
  });

  test("S2 an id that is pending is one publish, however often it is given", async () => {
    const { subject, add, open, sent } = outbox();
    open();
    const { a: first } = add("a");
    const { a: second } = add("a");
    expect(sent()).toEqual(["a"]);
    subject.acked(ack("a", 1));
    expect(await second).toEqual(await first);
  });
});

describe("repeating", () => {
  test("P-PUB-10 S2 S6 what has no ack is repeated in order under the same ids after a reconnect", async () => {
    const { subject, add, open, sent } = outbox();
    open();
    const { a, b } = add("a", "b", "c");
    subject.acked(ack("a", 1));
    sent();
    subject.suspend();
    add("d");
    open();
    expect(sent()).toEqual(["b", "c", "d"]);
    subject.acked(ack("b", 2, { duplicate: true }));
    expect(await a).toMatchObject({ duplicate: false });
    expect(await b).toMatchObject({ ok: true, duplicate: true, position: at(2) });
  });

  test("S6 a refusal that may be repeated stops the line until its time, and until all behind it are back", () => {
    const { subject, add, open, sent, refuse, clock } = outbox();
    open();
    add("a", "b", "c");
    sent();
    refuse("a", { retryAfterMs: 200 });
    refuse("b");
    add("d");
    clock.pass(200);
    expect(sent(), "c is still being refused").toEqual([]);
    refuse("c");
    expect(sent()).toEqual(["a", "b", "c", "d"]);
    subject.acked(ack("a", 1));
  });

  test("S6 what was sent before the refused one may still be acked meanwhile", () => {
    const { subject, add, open, sent, refuse, clock } = outbox();
    open();
    add("a", "b");
    sent();
    refuse("b");
    clock.pass(RETRY_MS);
    expect(sent()).toEqual([]);
    subject.acked(ack("a", 1));
    expect(sent()).toEqual(["b"]);
  });

  test("S5 S8 one that may have been kept is unknown, whatever its repetition is told", async () => {
    const { subject, add, open, refuse } = outbox();
    open();
    const { a } = add("a");
    subject.suspend();
    open();
    const { b } = add("b");
    for (const id of ["a", "b"]) refuse(id, { code: "not_joined", retry: "no" });
    expect(await a).toMatchObject({ ok: false, code: "unknown" });
    expect(await b).toMatchObject({ ok: false, code: "not_joined" });
    // Asked for once more it may still have been kept.
    const again = subject.retry("a");
    refuse("a", { code: "not_joined", retry: "no" });
    expect(await again).toMatchObject({ ok: false, code: "unknown" });
  });

  test("a server that refuses again and again is asked again and again", () => {
    const { add, open, sent, refuse, clock } = outbox();
    open();
    add("a");
    for (let round = 0; round < 5; round += 1) {
      expect(sent()).toEqual(["a"]);
      refuse("a", { code: "storage_full" });
      expect(sent()).toEqual([]);
      clock.pass(RETRY_MS);
    }
  });

  test("S6 C-UNBLOCK when an earlier one is refused after a later one, the room is joined anew before they are repeated", () => {
    const { subject, add, open, sent, refuse, unblocked, clock } = outbox();
    open();
    add("a", "b");
    sent();
    refuse("b");
    refuse("a");
    clock.pass(RETRY_MS);
    expect(unblocked()).toBe(1);
    expect(sent()).toEqual([]);
    subject.hold();
    open();
    expect(sent()).toEqual(["a", "b"]);
  });

  test("C-UNBLOCK when a refused one is given up, the room must be joined anew: the server waits for it", () => {
    const { subject, add, open, refuse, unblocked, clock } = outbox();
    open();
    add("a", "b");
    refuse("a");
    refuse("b");
    subject.discard("b");
    expect(unblocked()).toBe(0);
    subject.discard("a");
    expect(unblocked()).toBe(1);
    subject.hold();
    open();
    clock.pass(RETRY_MS);
    add("c");
    refuse("c", { retryAfterMs: 2 * PUBLISH_HORIZON_MS });
    clock.pass(PUBLISH_HORIZON_MS);
    expect(unblocked()).toBe(2);
  });

  test("C-UNBLOCK so it must when the refusal of one comes after it was given up", () => {
    const { subject, add, open, sent, refuse, unblocked, clock } = outbox();
    open();
    add("a", "b", "c");
    subject.discard("a");
    expect([refuse("a"), unblocked()]).toEqual([true, 1]);
    subject.hold();
    open();
    subject.discard("b");
    subject.acked(ack("b", 1));
    refuse("c", { code: "forbidden", message: "no", retry: "no" });
    add("d");
    clock.pass(PUBLISH_HORIZON_MS);
    refuse("d");
    expect(unblocked()).toBe(2);
    subject.discard("d");
    expect([refuse("d"), refuse("b"), unblocked()]).toEqual([false, false, 2]);
    expect(sent().at(-1)).toBe("d");
  });

  test("C-DRAIN while it is held nothing goes out, and acks count", async () => {
    const { subject, add, open, sent } = outbox();
    open();
    const { a } = add("a");
    subject.hold();
    add("b");
    expect(sent()).toEqual(["a"]);
    subject.acked(ack("a", 1));
    expect(await a).toMatchObject({ ok: true });
    expect(sent()).toEqual([]);
  });
});

describe("P-PUB-10 S8 the horizon", () => {
  test("what was sent and never answered is unknown, what never left is unsent", async () => {
    const { subject, add, open, clock, states } = outbox();
    open();
    const { a } = add("a");
    subject.suspend();
    const { b } = add("b");
    clock.pass(PUBLISH_HORIZON_MS - 1);
    expect(states()).toEqual(["a sending", "b sending"]);
    clock.pass(1);
    expect(await a).toMatchObject({ ok: false, code: "unknown", retry: "same_id" });
    expect(await b).toMatchObject({ ok: false, code: "unsent", retry: "same_id" });
    open();
    expect(clock.pending, "no timer is left").toBe(0);
  });

  test("each has its own", () => {
    const { add, clock, states } = outbox();
    add("a");
    clock.pass(60_000);
    add("b");
    clock.pass(60_000);
    expect(states()).toEqual(["a unsent", "b sending"]);
  });

  test("the wall clock may jump meanwhile", () => {
    const { add, clock, states } = outbox();
    add("a");
    clock.jump(3_600_000);
    clock.pass(PUBLISH_HORIZON_MS - 1);
    expect(states()).toEqual(["a sending"]);
    clock.jump(-7_200_000);
    clock.pass(1);
    expect(states()).toEqual(["a unsent"]);
  });

  test("an ack that comes after all takes the failure back from the list, never from the promise", async () => {
    const { subject, add, open, clock, states } = outbox();
    open();
    const { a } = add("a");
    clock.pass(PUBLISH_HORIZON_MS);
    expect(subject.acked(ack("a", 1))).toMatchObject({ id: "a" });
    expect(states()).toEqual([]);
    expect(await a).toMatchObject({ code: "unknown" });
  });

  test("P-PUB-13 what was sent before says how long ago, what nobody has seen does not", async () => {
    const { subject, clock, add, open, messages } = outbox();
    open();
    add("sent");
    clock.pass(PUBLISH_HORIZON_MS);
    subject.hold();
    add("unsent");
    clock.pass(PUBLISH_HORIZON_MS);
    open();
    clock.pass(25 * 3_600_000);
    for (const id of ["sent", "unsent"]) void subject.retry(id);
    expect(messages().map(({ id, age }) => [id, age])).toEqual([
      ["sent", undefined],
      ["sent", 2 * PUBLISH_HORIZON_MS + 25 * 3_600_000],
      ["unsent", undefined],
    ]);
  });

  test("B14 retry sends it again under its id, with a new horizon", async () => {
    const { subject, add, open, sent, clock, states } = outbox();
    add("a");
    clock.pass(PUBLISH_HORIZON_MS);
    expect(states()).toEqual(["a unsent"]);
    open();
    expect(sent()).toEqual([]);
    const again = subject.retry("a");
    expect(sent()).toEqual(["a"]);
    expect(subject.retry("a"), "it is under way").toBeUndefined();
    expect(subject.retry("nobody")).toBeUndefined();
    clock.pass(PUBLISH_HORIZON_MS - 1);
    subject.acked(ack("a", 1));
    expect(await again).toMatchObject({ ok: true });
  });

  test("discard forgets it", async () => {
    const { subject, add, open, sent } = outbox();
    const { a } = add("a");
    subject.discard("a");
    subject.discard("a");
    open();
    expect(sent()).toEqual([]);
    expect(await a).toMatchObject({ ok: false, code: "discarded" });
  });

  test("C-BOUND of failed ones only the latest are kept", () => {
    const { subject, add, clock } = outbox();
    add(...Array.from({ length: MAX_FAILED + 5 }, (_, index) => `p${index}`));
    clock.pass(PUBLISH_HORIZON_MS);
    expect(subject.pending).toHaveLength(MAX_FAILED);
    expect(subject.pending[0]).toMatchObject({ id: "p5" });
  });
});
