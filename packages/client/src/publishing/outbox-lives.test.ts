/** What becomes of the publishes of a room when its user changes, it ends, or the program does. */
import { PUBLISH_HORIZON_MS } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { failure, failureOf } from "../failure.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryStorage } from "../testing/memory-storage.ts";
import { ack } from "../testing/messages.ts";
import { outbox } from "../testing/outbox-alone.ts";
import { settled, turns } from "../testing/world.ts";

describe("C-SENDER ids count per user", () => {
  test("S2 what was sent as one user is never repeated as another: its outcome is unknown", async () => {
    const { subject, add, open, sent } = outbox();
    open("guest:1");
    const { a } = add("a");
    sent();
    subject.suspend();
    const { b } = add("b");
    open("guest:2");
    expect(sent()).toEqual(["b"]);
    expect(await a).toMatchObject({ ok: false, code: "unknown" });
    expect(await settled(b)).toBeUndefined();
  });

  test("whoever retries it as somebody else takes the risk", () => {
    const { subject, add, open, sent } = outbox();
    open("guest:1");
    add("a");
    subject.suspend();
    open("guest:2");
    sent();
    void subject.retry("a");
    expect(sent()).toEqual(["a"]);
  });
});

describe("the end of the room", () => {
  const gone = failureOf({ code: "not_joined", message: "left" });

  test("what was not sent is refused, what was sent may still be acked", async () => {
    const { subject, add, open, clock } = outbox();
    open();
    const { a, b } = add("a", "b");
    subject.hold();
    const { c } = add("c");
    subject.end(gone);
    expect(await c).toMatchObject({ ok: false, code: "not_joined" });
    subject.acked(ack("a", 1));
    expect(await a).toMatchObject({ ok: true });
    subject.suspend();
    expect(await b).toMatchObject({ ok: false, code: "unknown" });
    expect(await add("d").d).toMatchObject({ ok: false, id: "d", code: "not_joined" });
    expect(clock.pending).toBe(0);
  });

  test("a refusal that may be repeated is final then", async () => {
    const { subject, add, open, refuse } = outbox();
    open();
    const { a } = add("a");
    subject.end(gone);
    refuse("a");
    expect(await a).toMatchObject({ ok: false, code: "overloaded" });
  });
});

describe("C-STORED a storage keeps what has no ack over a restart of the program", () => {
  async function restarted(storage: MemoryStorage, elapsedMs = 0) {
    const next = outbox(storage);
    next.clock.jump(elapsedMs);
    next.subject.restore((await storage.load()).publishes);
    return next;
  }

  test("S2 it is stored as whom it is sent before it is sent", async () => {
    const storage = new MemoryStorage();
    const { subject, add, open, sent } = outbox(storage);
    subject.restore([]);
    open();
    add("a", "b");
    expect(sent()).toEqual([]);
    await turns();
    expect(storage.log).toEqual(["save a ada", "save b ada"]);
    expect(sent()).toEqual(["a", "b"]);
    subject.acked(ack("a", 1));
    expect([...storage.stored.keys()]).toEqual(["general/b"]);
  });

  test("nothing is sent before it is loaded, and the old goes before the new", async () => {
    const storage = new MemoryStorage();
    const before = outbox(storage);
    before.subject.restore([]);
    before.open();
    before.add("old");
    await turns();
    const { subject, add, open, sent } = outbox(storage);
    add("new");
    open();
    await turns();
    expect(sent()).toEqual([]);
    subject.restore([...storage.stored.values()]);
    await turns();
    expect(sent()).toEqual(["old", "new"]);
    expect(subject.acked(ack("old", 1))).toMatchObject({ id: "old", data: { text: "old" } });
  });

  test("S2 what is queued without a connection is stored as nobody's, and sent in the next life, in order", async () => {
    const storage = new MemoryStorage();
    const { subject, add } = outbox(storage);
    subject.restore([]);
    add("a", "b", "c");
    await turns();
    expect(storage.log).toEqual(["save a -", "save b -", "save c -"]);
    const next = await restarted(storage);
    next.open();
    await turns();
    expect(storage.log.slice(3)).toEqual(["save a ada", "save b ada", "save c ada"]);
    expect(next.sent()).toEqual(["a", "b", "c"]);
  });

  test("S2 said once more before it is loaded, it is still the one that was sent as another", async () => {
    const storage = new MemoryStorage();
    const before = outbox(storage);
    before.subject.restore([]);
    before.open("guest:1");
    before.add("a");
    await turns();
    const { subject, add, open, sent, states } = outbox(storage);
    add("a");
    subject.restore((await storage.load()).publishes);
    open("guest:2");
    await turns();
    expect(sent()).toEqual([]);
    expect(states()).toEqual(["a unknown"]);
  });

  test("S2 what another user may have sent is unknown; what nobody has sent goes out", async () => {
    const storage = new MemoryStorage();
    storage.stored.set("general/sent", {
      id: "sent",
      room: "general",
      event: "m",
      data: 1,
      createdAt: 0,
      sentAs: "guest:1",
    });
    storage.stored.set("general/unsent", {
      id: "unsent",
      room: "general",
      event: "m",
      data: 1,
      createdAt: 0,
    });
    for (const publish of storage.stored.values())
      storage.stored.set(`general/${publish.id}`, { ...publish, createdAt: new ManualClock().now() });
    const { open, sent, states } = await restarted(storage);
    open("guest:2");
    await turns();
    expect(sent()).toEqual(["unsent"]);
    expect(states()).toEqual(["sent unknown", "unsent sending"]);
    expect(storage.log).toContain("save sent guest:1 failed");
  });

  test("S8 the horizon goes on while the program is away", async () => {
    const storage = new MemoryStorage();
    const before = outbox(storage);
    before.subject.restore([]);
    before.open();
    before.add("a");
    await turns();
    const { clock, states } = await restarted(storage, 100_000);
    expect(states()).toEqual(["a sending"]);
    clock.pass(20_000);
    expect(states()).toEqual(["a unknown"]);
    expect((await restarted(storage, 10 * PUBLISH_HORIZON_MS)).states()).toEqual(["a unknown"]);
  });

  test.each(["save", "remove"] as const)(
    "S5 that it is over is told once the storage knows, for until then the next life would send it: %s",
    async (write) => {
      const storage = new MemoryStorage();
      const { subject, add } = outbox(storage);
      subject.restore([]);
      const { a } = add("a");
      await turns();
      const { promise, resolve } = Promise.withResolvers<void>();
      storage[write] = () => promise;
      if (write === "save") subject.end(failure("unsent"));
      else subject.discard("a");
      await turns();
      expect(await settled(a)).toBeUndefined();
      resolve();
      expect(await a).toMatchObject({ ok: false, code: write === "save" ? "unsent" : "discarded" });
    },
  );

  test("a storage that fails is reported, and the message goes out all the same", async () => {
    const storage = new MemoryStorage();
    storage.broken = true;
    const { subject, add, open, sent, errors } = outbox(storage);
    subject.restore([]);
    open();
    add("a");
    await turns();
    expect(sent()).toEqual(["a"]);
    expect(errors).toHaveLength(1);
    subject.hold();
    const { b } = add("b");
    subject.end(failure("unsent"));
    expect(await b, "and is told to have failed").toMatchObject({ ok: false });
  });

  test("what this version cannot send is left out", async () => {
    const storage = new MemoryStorage();
    storage.stored.set("general/x", { id: "x", room: "no room!", event: "m", data: 1, createdAt: 0 });
    expect((await restarted(storage)).states()).toEqual([]);
  });
});
