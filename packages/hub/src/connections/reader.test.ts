/** Readers: who hears a room and is nobody in it. */
import { ok, refusal } from "@roomcast/protocol";
import { describe, expect, it } from "vitest";

import { only, stage, type Stage, typesOf, valueOf } from "../../test/stage.ts";
import { GUEST, type Identity } from "../access/identity.ts";
import type { Place } from "../entering/snapshot.ts";
import { FakeConnection } from "../testing/fake-connection.ts";

class Listener {
  readonly connection = new FakeConnection();
  readonly opened: Promise<{ ended(code: number, reason: string): void }>;

  constructor(s: Stage, place: Place, identity: Identity = GUEST) {
    this.opened = s.listen(identity, place, this.connection).then(valueOf);
  }

  async end(): Promise<void> {
    (await this.opened).ended(1006, "");
  }

  /** Offsets in the order in which they came, of pages and live. */
  get offsets(): (number | undefined)[] {
    return this.connection.messages.flatMap((message) =>
      message.type === "joined"
        ? message.events.map(({ offset }) => offset)
        : message.type === "event"
          ? [message.offset]
          : [],
    );
  }
}

async function listen(s: Stage, place: Omit<Place, "room"> = {}): Promise<Listener> {
  const listener = new Listener(s, { room: "general", ...place });
  await s.settle();
  return listener;
}

const publish = async (s: Stage, text: string): Promise<{ epoch: string; offset: number }> => {
  const published = await s.hub.publish({ room: "general", event: "message", data: { text } });
  await s.settle();
  return valueOf(published).position!;
};

describe("R-READER a reader hears a room and is nobody in it", () => {
  it("gets what was, then what comes, as a member does, and stands in no list", async () => {
    const s = stage();
    await publish(s, "1");
    const reader = await listen(s);
    const ada = await s.enter();
    await publish(s, "2");
    expect(reader.offsets).toEqual([1, 2]);
    expect(only(reader.connection.messages, "joined")[0]).toMatchObject({ recovered: false, members: [] });
    expect(valueOf(await s.hub.members(null, "general"))).toHaveLength(1);
    expect(s.hub.rooms()).toEqual([{ room: "general", count: 1 }]);
    await ada.end(1000);
    expect(s.hub.rooms()).toEqual([]);
    await publish(s, "3");
    expect(reader.offsets).toEqual([1, 2, 3]);
    await reader.end();
    expect(s.hub.counts()).toEqual({ connections: 0, sessions: 0, rooms: 0 });
  });

  it("a turn is one write to it, in its own format", async () => {
    const s = stage();
    const reader = await listen(s);
    reader.connection.take();
    for (const text of ["1", "2", "3"]) {
      void s.hub.publish({ room: "general", event: "message", data: { text } });
    }
    await s.settle();
    expect(reader.connection.writes).toHaveLength(1);
    expect(reader.offsets).toEqual([1, 2, 3]);
    await reader.end();
  });

  it("is asked for as a member is, and a room that cannot be read leaves nothing behind", async () => {
    const s = stage({ policy: { authenticate: () => ok(GUEST), authorise: () => refusal("forbidden") } });
    const refused = await s.listen(GUEST, { room: "general" }, new FakeConnection());
    expect(refused).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await s.listen(GUEST, { room: "a b" }, new FakeConnection())).toMatchObject({
      error: { code: "bad_room" },
    });
    const broken = stage();
    broken.log.read = () => Promise.reject(new Error("the store is gone"));
    const failed = await broken.listen(GUEST, { room: "general" }, new FakeConnection());
    expect(failed).toMatchObject({ ok: false, error: { code: "internal" } });
    expect(broken.faults()).toHaveLength(1);
    expect(broken.hub.counts()).toMatchObject({ connections: 0, rooms: 0 });
  });

  it("ends with its token, also with one that has expired already", async () => {
    const s = stage();
    const identity = { user: "ada", expiresAt: s.clock.now() + 1000 };
    const reader = new Listener(s, { room: "general" }, identity);
    await s.pass(999);
    expect(reader.connection.closed).toBeUndefined();
    await s.pass(1);
    expect(reader.connection.closed).toMatchObject({ name: "tokenExpired" });
    const late = new Listener(s, { room: "general" }, identity);
    await s.settle();
    expect(late.connection.closed).toMatchObject({ name: "tokenExpired" });
    expect(late.connection.messages).toEqual([]);
    expect(s.hub.counts().connections).toBe(0);
  });

  it("is told of a drain and closed; who comes then is closed at once, to come again", async () => {
    const s = stage();
    const reader = await listen(s);
    await s.drain();
    expect(typesOf(reader.connection.messages)).toEqual(["joined", "drain"]);
    expect(reader.connection.closed).toMatchObject({ name: "restart" });
    const late = new FakeConnection();
    expect(await s.listen(GUEST, { room: "general" }, late)).toMatchObject({ ok: true });
    expect(late.messages).toEqual([]);
    expect(late.closed).toMatchObject({ name: "restart" });
    expect(s.hub.counts().connections).toBe(0);
  });
});

describe("R-READER-PACE a reader gets pages as fast as it takes them, without a hole to what is live", () => {
  const EVENTS = 700;

  async function filled(): Promise<{ s: Stage; since: { epoch: string; offset: number } }> {
    const s = stage();
    const since = await publish(s, "0");
    for (let count = 1; count < EVENTS; count += 1) {
      void s.hub.publish({ room: "general", event: "message", data: { text: String(count) } });
    }
    await s.settle();
    return { s, since };
  }

  it("waits between pages, and what comes meanwhile follows them", async () => {
    const { s, since } = await filled();
    const reader = new Listener(s, { room: "general", since });
    reader.connection.bufferedBytes = 700_000;
    await s.settle();
    expect(only(reader.connection.messages, "joined")).toHaveLength(1);
    await publish(s, "late");
    expect(reader.offsets).toHaveLength(300);
    reader.connection.bufferedBytes = 0;
    await s.pass(50);
    await s.pass(50);
    expect(reader.offsets).toEqual(Array.from({ length: EVENTS }, (_, index) => index + 2));
    await publish(s, "live");
    expect(reader.offsets.at(-1)).toBe(EVENTS + 2);
    await reader.end();
  });

  it("a page that is overtaken by more than is held is followed by another", async () => {
    const { s, since } = await filled();
    const reader = new Listener(s, { room: "general", since });
    reader.connection.bufferedBytes = 700_000;
    await s.settle();
    for (let count = 0; count < 400; count += 1) {
      void s.hub.publish({ room: "general", event: "message", data: { text: "x".repeat(4000) } });
    }
    await s.settle();
    reader.connection.bufferedBytes = 0;
    for (let turn = 0; turn < 10; turn += 1) await s.pass(50);
    expect(reader.offsets).toEqual(Array.from({ length: EVENTS + 399 }, (_, index) => index + 2));
    await reader.end();
  });

  it("who takes nothing is closed, between pages and live", async () => {
    const { s, since } = await filled();
    const stuck = new Listener(s, { room: "general", since });
    stuck.connection.bufferedBytes = 700_000;
    for (let passed = 0; passed <= 10_050; passed += 50) await s.pass(50);
    expect(stuck.connection.closed).toMatchObject({ name: "slowConsumer" });
    const slow = await listen(s);
    const fast = await listen(s);
    slow.connection.bufferedBytes = 2_000_000;
    await publish(s, "more");
    expect(slow.connection.closed).toMatchObject({ name: "slowConsumer" });
    expect(fast.connection.closed).toBeUndefined();
    expect(fast.offsets.at(-1)).toBe(EVENTS + 1);
    await fast.end();
    expect(s.hub.counts().connections).toBe(0);
  });

  it("is told what is missing, page or no page", async () => {
    const s = stage();
    const { epoch } = await publish(s, "1");
    const beyond = await listen(s, { since: { epoch, offset: 9 } });
    const elsewhere = await listen(s, { since: { epoch: "other", offset: 1 } });
    expect(only(beyond.connection.messages, "joined")[0]).toMatchObject({
      gap: { reason: "store_lost_tail", from: 2, to: 9 },
      events: [],
    });
    expect(only(elsewhere.connection.messages, "joined")[0]).toMatchObject({
      gap: { from: null, to: null },
      events: [{ offset: 1 }],
    });
    await beyond.end();
    await elsewhere.end();
  });

  it("a store that fails between two pages ends it where it is", async () => {
    const { s, since } = await filled();
    const reader = new Listener(s, { room: "general", since });
    reader.connection.bufferedBytes = 700_000;
    await s.settle();
    s.log.read = () => Promise.reject(new Error("the store is gone"));
    reader.connection.bufferedBytes = 0;
    await s.pass(50);
    expect(reader.connection.closed).toMatchObject({ name: "restart" });
    expect(reader.offsets).toHaveLength(300);
    expect(s.faults()).toHaveLength(1);
  });
});
