/** A session that comes back by one cursor for all its rooms: wherever it was cut, nothing is lost and nothing doubled. */
import { encodeDown, type EventMessage, refusal } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { type Client, type Stage, stage } from "../../test/stage.ts";
import { MemoryLog } from "../memory/memory-log.ts";
import type { Format } from "../ports/connection.ts";
import { OPEN_DOOR } from "../ports/policy.ts";
import { textFormat } from "../testing/fake-connection.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { cursorText, parseCursor } from "./cursor.ts";

interface Line {
  readonly type: string;
  readonly room: string;
  readonly offset?: number;
  readonly events?: readonly EventMessage[];
  readonly cursor?: string;
  readonly [field: string]: unknown;
}

/** Says with each message where a reader is that has had it. */
const formatOf = (s: Stage): Format => ({
  ...textFormat,
  name: "with cursors",
  inSequence: true,
  encode(message, at) {
    const { sequence, behind } = at ?? {};
    const cursor =
      sequence === undefined ? {} : { cursor: cursorText(s.log.generation, { sequence, behind }) };
    const text = JSON.stringify({ ...(JSON.parse(encodeDown(message)) as object), ...cursor });
    return new TextEncoder().encode(`${text}\n`);
  },
});

const linesOf = (client: Client): Line[] =>
  client.connection.writes
    .map((frames) => new TextDecoder().decode(frames))
    .join("")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

/** The kept events that lines tell of, as room:offset. */
const toldBy = (lines: readonly Line[]): string[] =>
  lines.flatMap(({ type, room, offset, events = [] }) =>
    type === "event" && offset !== undefined
      ? [`${room}:${offset}`]
      : events.map((event) => `${room}:${event.offset}`),
  );

const publish = (s: Stage, room: string, text = "x"): void => {
  void s.hub.publish({ room, event: "message", data: { text } });
};

/** Talk in three rooms, of which the reader enters the last while it goes on, and once more. */
async function talk(s: Stage, reader: Client, random: SeededRandom): Promise<void> {
  for (let step = 0; step < 12; step += 1) {
    if (step === 4) {
      s.log.holdReads();
      reader.say({ type: "join", id: "c", room: "c" });
    }
    for (let count = random.below(4); count >= 0; count -= 1) publish(s, random.pick(["a", "b", "c"]));
    if (random.fraction() < 0.6) await s.settle();
    if (step === 7) s.log.deliverReads();
  }
  await s.settle();
}

async function cutAfter(count: number, seed: number): Promise<{ readonly lines: number }> {
  const s = stage({ seed: 1 });
  const format = formatOf(s);
  const random = new SeededRandom(seed);
  for (const room of ["a", "b", "c"]) publish(s, room);
  await s.settle();
  const reader = s.connect(format);
  reader.say({ type: "hello", protocol: 1, join: [{ room: "a" }, { room: "b" }] });
  await s.settle();
  await talk(s, reader, random);
  const sent = linesOf(reader);
  const had = sent.slice(0, count);
  await reader.end();
  // Cut once more on the way back, and then no more.
  for (const isLast of [false, true]) {
    for (const room of ["c", "a", "b", "b"]) publish(s, room);
    await s.settle();
    const again = s.connect(format, had.findLast((line) => line.cursor !== undefined)?.cursor);
    again.say({ type: "hello", protocol: 1, resume: sent[0]?.["resume"] });
    await s.settle();
    publish(s, "a");
    await s.settle();
    const lines = linesOf(again);
    expect(lines[0]).toMatchObject({ type: "welcome", resumed: true });
    // Behind the welcome and one event, or anywhere.
    const cut = random.fraction() < 0.5 ? 2 : random.below(lines.length + 1);
    had.push(...lines.slice(0, isLast ? lines.length : cut));
    await again.end();
  }
  const told = toldBy(had);
  expect(told, `cut after ${count}`).toEqual([...new Set(told)]);
  // Of each room that it knew to be in, everything that was said since.
  for (const room of sent
    .slice(0, count)
    .filter(({ type }) => type === "joined")
    .map((line) => line.room)) {
    const { position } = await s.hub
      .history(null, room)
      .then((page) => (page.ok ? page.value : { position: { offset: 0 } }));
    const offsets = told.filter((each) => each.startsWith(room)).map((each) => Number(each.slice(2)));
    expect(offsets, `cut after ${count}`).toEqual(
      Array.from({ length: position.offset }, (_, index) => index + 1),
    );
  }
  return { lines: sent.length };
}

describe("R-RECOVER-ALL a session comes back into all its rooms by one cursor", () => {
  test.each([1, 2, 3, 4, 5])(
    "R-RECOVER-ALL: cut after any message, nothing is lost and nothing doubled (seed %i)",
    async (seed) => {
      const { lines } = await cutAfter(Infinity, seed);
      expect(lines).toBeGreaterThan(15);
      for (let count = 1; count < lines; count += 1) await cutAfter(count, seed);
    },
  );

  async function away(
    s: Stage,
    rooms: readonly string[],
    meanwhile: () => void | Promise<void>,
    cursor?: string,
  ): Promise<Line[]> {
    const format = formatOf(s);
    const reader = s.connect(format);
    reader.say({ type: "hello", protocol: 1, join: rooms.map((room) => ({ room })) });
    await s.settle();
    for (const room of rooms) publish(s, room);
    await s.settle();
    const lines = linesOf(reader);
    await reader.end();
    await meanwhile();
    await s.settle();
    const again = s.connect(format, cursor ?? lines.findLast((line) => line.cursor !== undefined)?.cursor);
    again.say({ type: "hello", protocol: 1, resume: lines[0]?.["resume"] });
    for (let turn = 0; turn < 20; turn += 1) await s.settle();
    return linesOf(again);
  }

  test("R-RECOVER-ALL: hundreds of events of two rooms come page by page, in the order in which they were said", async () => {
    const s = stage();
    const lines = await away(s, ["a", "b"], () => {
      for (let count = 0; count < 700; count += 1) publish(s, count % 3 === 0 ? "a" : "b", String(count));
    });
    const events = lines.filter(({ type }) => type === "event");
    expect(events.map(({ data }) => Number((data as { text: string }).text))).toEqual(
      Array.from({ length: 700 }, (_, index) => index),
    );
    expect(lines.slice(-2)).toMatchObject([
      { type: "joined", room: "a", recovered: true, events: [], count: 1 },
      { type: "joined", room: "b", recovered: true, events: [], count: 1 },
    ]);
  });

  test("R-RECOVER-ALL: what is trimmed or removed is a gap, before what is left", async () => {
    const clock = new ManualClock();
    const log = new MemoryLog({ clock, random: new SeededRandom(1), historyEvents: 10 });
    const s = stage({ clock, log });
    const lines = await away(s, ["a", "b"], async () => {
      for (let count = 0; count < 40; count += 1) publish(s, "a");
      await s.hub.deleteRoom("b");
      publish(s, "b");
    });
    const told = lines.filter(({ type }) => type !== "presence");
    const trimmed = told.find(({ type, room }) => type === "gap" && room === "a");
    expect(trimmed).toMatchObject({ reason: "trimmed", from: null, position: { offset: 41 } });
    const kept = told.filter(({ type, room }) => type === "event" && room === "a");
    expect(kept[0]?.offset).toBe((trimmed?.["to"] as number) + 1);
    expect(kept.at(-1)?.offset).toBe(41);
    expect(told.filter(({ room }) => room === "b")).toMatchObject([
      { type: "gap", reason: "recreated", from: null, to: null, position: { offset: 1 } },
      { type: "event", offset: 1 },
      { type: "joined", recovered: false },
    ]);
  });

  test("R-RECOVER-ALL: what comes live in a room that is read already stands before what another room has yet to send", async () => {
    const s = stage();
    const format = formatOf(s);
    const reader = s.connect(format);
    const lines = await reader.hello({ join: [{ room: "a" }, { room: "b" }] }).then(() => linesOf(reader));
    await reader.end();
    const said = (from: number, to: number, room: string): void => {
      for (let number = from; number <= to; number += 1) publish(s, room, String(number));
    };
    said(1, 200, "a");
    await s.settle();
    s.log.holdReads();
    const again = s.connect(format, lines.findLast(({ cursor }) => cursor !== undefined)?.cursor);
    again.say({ type: "hello", protocol: 1, resume: lines[0]?.["resume"] });
    await s.settle();
    // Both rooms were read: all of b, and the first page of a.
    expect(s.log.reads).toBe(2);
    said(201, 201, "b");
    said(202, 202, "a");
    await s.settle();
    s.log.deliverReads();
    for (let turn = 0; turn < 20; turn += 1) await s.settle();
    const told = linesOf(again).filter(({ type }) => type === "event");
    expect(told.map(({ data }) => Number((data as { text: string }).text))).toEqual(
      Array.from({ length: 202 }, (_, index) => index + 1),
    );
  });

  test("R-RECOVER-ALL: what is trimmed between two pages is a gap in its place", async () => {
    const clock = new ManualClock();
    const log = new MemoryLog({ clock, random: new SeededRandom(1), historyEvents: 400 });
    const s = stage({ clock, log });
    const say = (count: number): void => {
      for (let said = 0; said < count; said += 1) publish(s, "a");
    };
    const format = formatOf(s);
    const reader = s.connect(format);
    const [welcome, joined] = await reader.hello({ join: [{ room: "a" }] }).then(() => linesOf(reader));
    await reader.end();
    say(390);
    await s.settle();
    s.log.holdReads();
    const again = s.connect(format, joined?.cursor);
    again.say({ type: "hello", protocol: 1, resume: welcome?.["resume"] });
    await s.settle();
    // The first page was read, and is not delivered yet.
    expect(s.log.reads).toBe(1);
    say(500);
    await s.settle();
    s.log.deliverReads();
    for (let turn = 0; turn < 20; turn += 1) await s.settle();
    const lines = linesOf(again);
    const told = lines.filter(({ type }) => type === "event" || type === "gap");
    const at = told.findIndex(({ type }) => type === "gap");
    const [before, gap, after] = told.slice(at - 1, at + 2);
    expect(gap).toMatchObject({ reason: "trimmed", from: (before?.offset ?? 0) + 1 });
    expect(after?.offset).toBe((gap?.["to"] as number) + 1);
    expect(told.at(-1)?.offset).toBe(890);
    expect(lines.at(-1)).toMatchObject({ type: "joined", recovered: false });
  });

  test("R-RECOVER-ALL: a cursor of another generation, or beyond the log, is continued by nobody: the rooms come anew", async () => {
    const s = stage();
    const other = await away(s, ["a"], () => publish(s, "a"), cursorText("another", { sequence: 1 }));
    expect(other).toMatchObject([
      { type: "welcome", resumed: true },
      {
        type: "joined",
        recovered: false,
        gap: { reason: "recreated" },
        events: [{ offset: 1 }, { offset: 2 }],
      },
    ]);
    expect(other[0]?.cursor).toBeDefined();
    const beyond = await away(s, ["b"], () => undefined, cursorText(s.log.generation, { sequence: 999 }));
    expect(beyond).toMatchObject([
      { type: "welcome" },
      { type: "joined", room: "b", events: [{ offset: 1 }] },
    ]);
    for (const text of ["", "x", "g/1/r", "g/-1", "g/1/r/1/2", `g/${"9".repeat(20)}`, "g/1".padEnd(600, "0")])
      expect(parseCursor(text)).toBeUndefined();
  });

  test("R-RECOVER-ALL R-FORBIDDEN: each room is authorised again, and who may not be there any more is told so", async () => {
    let forbidden = "";
    const s = stage({
      policy: {
        ...OPEN_DOOR,
        authorise: (_, action) => (action.room === forbidden ? refusal("forbidden") : undefined),
      },
    });
    const lines = await away(s, ["a", "b"], () => {
      forbidden = "a";
      for (const room of ["a", "b"]) publish(s, room);
    });
    expect(lines.slice(1)).toMatchObject([
      { type: "left", room: "a", reason: "forbidden" },
      { type: "event", room: "b", offset: 2 },
      { type: "joined", room: "b" },
    ]);
  });

  test("R-RECOVER-ALL R-LOG-FAILS: a log that cannot be read closes the socket, which comes back from where it was", async () => {
    const s = stage();
    const read = s.log.read.bind(s.log);
    const reader = s.connect(formatOf(s));
    reader.say({ type: "hello", protocol: 1, join: [{ room: "a" }] });
    await s.settle();
    const [welcome] = linesOf(reader);
    await reader.end();
    publish(s, "a");
    s.log.read = () => Promise.resolve({ ok: false, error: refusal("storage_unavailable") });
    const failed = s.connect(formatOf(s), welcome?.cursor);
    failed.say({ type: "hello", protocol: 1, resume: welcome?.["resume"] });
    await s.settle();
    expect(failed.closed).toBe("restart");
    s.log.read = read;
    const again = s.connect(formatOf(s), welcome?.cursor);
    again.say({ type: "hello", protocol: 1, resume: welcome?.["resume"] });
    await s.settle();
    expect(toldBy(linesOf(again))).toEqual(["a:1"]);
  });
});
