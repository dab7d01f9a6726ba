import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { Trimmed } from "@roomcast/hub";
import { append, draftOf, read, SUITE_TIME } from "@roomcast/hub/testing";
import { beforeEach, describe, expect, test } from "vitest";

import { openStore, StandingClock, temporaryFolder } from "../../../../test/sqlite-stores.ts";
import { cellsOf } from "./session-cells.ts";
import { StoreWriter } from "./store-writer.ts";
import type { Answer, DraftCells, Group, WriterSettings } from "./writer-messages.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = SUITE_TIME;
/** As JSON, and fewer characters than bytes. */
const KIBIBYTE = JSON.stringify("é".repeat(511));

let writer: StoreWriter;

beforeEach(() => {
  writer = writerWith({ historyEvents: 1_000, historyDays: 30 });
});

function writerWith(
  limits: Partial<Pick<WriterSettings, "historyEvents" | "historyBytes" | "historyDays">>,
  file = join(temporaryFolder(), "roomcast.db"),
): StoreWriter {
  const opened = StoreWriter.open(
    {
      file,
      durability: "process",
      resumeWindowMs: 120_000,
      maxPageBytes: 1_000_000,
      now: NOW,
      gate: undefined,
      ...{ historyEvents: 1_000, historyBytes: Infinity, historyDays: 30 },
      ...limits,
    },
    null,
  );
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

function commit(group: Partial<Group>): Answer {
  return writer.commit({ kind: "group", drafts: [], sessions: [], reads: [], finds: [], ...group });
}

/** Ids are counted up per room from `first` on. */
const draftsOf = (room: string, count: number, time = NOW, first = 1): DraftCells[] =>
  Array.from({ length: count }, (_, index) => [
    room,
    "message",
    "1",
    `id-${first + index}`,
    null,
    "u",
    "",
    time,
  ]);

const pageOf = (room: string): { floor: number; top: number; kept: number[] } => {
  const { pages } = commit({
    reads: [{ room, after: 0, beyond: undefined, before: undefined, limit: 10_000 }],
  });
  const { floor, top, events } = pages[0]!;
  return { floor, top, kept: events.map(([offset]) => offset) };
};

/** All that is due; returns in how many slices. */
function finish(): number {
  let slices = 0;
  for (; writer.hasChores; slices++) writer.chore();
  return slices;
}

/** The same; returns how many events went by which limit. */
function trimmedBy(): Partial<Record<Trimmed["by"], number>> {
  const told: Partial<Record<Trimmed["by"], number>> = {};
  while (writer.hasChores) {
    const trimmed = writer.chore();
    if (trimmed !== undefined) told[trimmed.by] = (told[trimmed.by] ?? 0) + trimmed.events;
  }
  return told;
}

const largeOf = (room: string, from: number, to: number, time = NOW): DraftCells[] =>
  range(from, to).map((id) => [room, "message", KIBIBYTE, `id-${id}`, null, "u", "", time]);

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("L-TRIM", () => {
  test("a tick leaves exactly as many events as a room may keep, the newest", () => {
    writer = writerWith({ historyEvents: 100, historyDays: 30 });
    commit({ drafts: [...draftsOf("a", 130), ...draftsOf("b", 100), ...draftsOf("c", 1)] });
    expect(pageOf("a").floor).toBe(0);
    writer.tick(NOW);
    finish();
    expect(pageOf("a")).toEqual({ floor: 30, top: 130, kept: range(31, 130) });
    expect(pageOf("b")).toEqual({ floor: 0, top: 100, kept: range(1, 100) });
    expect(pageOf("c")).toEqual({ floor: 0, top: 1, kept: [1] });
  });

  test("a room that has far too many does not wait for the tick, and is trimmed in slices", () => {
    writer = writerWith({ historyEvents: 100, historyDays: 30 });
    commit({ drafts: draftsOf("a", 3_000) });
    expect(finish()).toBeGreaterThanOrEqual(3);
    expect(pageOf("a")).toEqual({ floor: 2_900, top: 3_000, kept: range(2_901, 3_000) });
  });

  test("a tick leaves exactly as many bytes as a room may keep, and says what went by which limit", () => {
    writer = writerWith({ historyBytes: 10 * 1024 });
    commit({ drafts: [...largeOf("a", 1, 30), ...largeOf("b", 1, 10), ...draftsOf("c", 900)] });
    expect(writer.hasChores).toBe(false);
    writer.tick(NOW);
    expect(trimmedBy()).toEqual({ bytes: 20 });
    expect(pageOf("a")).toEqual({ floor: 20, top: 30, kept: range(21, 30) });
    expect(pageOf("b").kept).toEqual(range(1, 10));
    expect(pageOf("c").kept).toEqual(range(1, 900));
    commit({ drafts: draftsOf("c", 200, NOW, 901) });
    commit({ drafts: draftsOf("d", 5, NOW - 31 * DAY_MS) });
    writer.tick(NOW);
    expect(trimmedBy()).toEqual({ events: 100, days: 5 });
  });

  test("a room with far too many bytes does not wait for the tick", () => {
    writer = writerWith({ historyEvents: 100_000, historyBytes: 100 * 1024 });
    commit({ drafts: largeOf("a", 1, 3_000) });
    expect(trimmedBy()).toEqual({ bytes: 2_900 });
    expect(pageOf("a")).toEqual({ floor: 2_900, top: 3_000, kept: range(2_901, 3_000) });
  });

  test("bytes are counted on over a restart, and from nothing in a room that age has emptied", () => {
    const file = join(temporaryFolder(), "roomcast.db");
    const again = (historyBytes: number): void => {
      writer.close();
      writer = writerWith({ historyBytes }, file);
      writer.tick(NOW);
      finish();
    };
    writer = writerWith({}, file);
    commit({ drafts: [...largeOf("a", 1, 20), ...largeOf("b", 1, 20, NOW - 31 * DAY_MS)] });
    again(12 * 1024);
    expect([pageOf("a").floor, pageOf("b").floor]).toEqual([8, 20]);
    commit({ drafts: [...largeOf("a", 21, 25), ...largeOf("b", 21, 25)] });
    again(12 * 1024);
    expect([pageOf("a").floor, pageOf("b").floor]).toEqual([13, 20]);
    again(3 * 1024);
    expect([pageOf("a").kept, pageOf("b").kept]).toEqual([range(23, 25), range(23, 25)]);
  });

  test("what a server wrote that did not count bytes weighs nothing, and goes first", () => {
    const file = join(temporaryFolder(), "roomcast.db");
    writer = writerWith({}, file);
    commit({ drafts: largeOf("a", 1, 20) });
    writer.close();
    const database = new DatabaseSync(file);
    database.exec("ALTER TABLE events DROP COLUMN total_bytes");
    database.close();
    writer = writerWith({ historyBytes: 10 * 1024 }, file);
    commit({ drafts: largeOf("a", 21, 30) });
    writer.tick(NOW);
    finish();
    expect(pageOf("a").floor).toBe(0);
    commit({ drafts: largeOf("a", 31, 31) });
    writer.tick(NOW);
    finish();
    expect(pageOf("a").kept).toEqual(range(22, 31));
  });

  test("large events are trimmed in smaller slices", () => {
    writer = writerWith({ historyEvents: 1, historyDays: 30 });
    const data = `"${"x".repeat(64 * 1024)}"`;
    commit({ drafts: range(1, 200).map((id) => ["a", "message", data, `id-${id}`, null, "u", "", NOW]) });
    expect(finish()).toBeGreaterThanOrEqual(3);
    expect(pageOf("a")).toEqual({ floor: 199, top: 200, kept: [200] });
  });

  test("events of more than the days allowed go, up to the first that is younger", () => {
    commit({ drafts: draftsOf("a", 300, NOW - 40 * DAY_MS) });
    commit({ drafts: draftsOf("a", 300, NOW - 31 * DAY_MS, 301) });
    commit({ drafts: draftsOf("a", 3, NOW - 29 * DAY_MS, 601) });
    // A clock that was wrong: what stands behind a young event is kept with it.
    commit({ drafts: draftsOf("a", 1, NOW - 50 * DAY_MS, 604) });
    commit({ drafts: draftsOf("b", 2, NOW - 31 * DAY_MS) });
    writer.tick(NOW);
    finish();
    expect(pageOf("a")).toEqual({ floor: 600, top: 604, kept: range(601, 604) });
    expect(pageOf("b")).toEqual({ floor: 2, top: 2, kept: [] });
    commit({ drafts: draftsOf("b", 1, NOW, 3) });
    expect(pageOf("b")).toEqual({ floor: 2, top: 3, kept: [3] });
  });

  test("a room of which nothing is left goes on counting where it was, also after a restart", () => {
    const file = join(temporaryFolder(), "roomcast.db");
    writer = writerWith({ historyEvents: 1_000, historyDays: 30 }, file);
    commit({ drafts: draftsOf("a", 7, NOW - 31 * DAY_MS) });
    writer.tick(NOW);
    finish();
    writer.close();
    writer = writerWith({ historyEvents: 1_000, historyDays: 30 }, file);
    expect(pageOf("a")).toEqual({ floor: 7, top: 7, kept: [] });
    commit({ drafts: draftsOf("a", 1, NOW, 8) });
    expect(pageOf("a")).toEqual({ floor: 7, top: 8, kept: [8] });
  });

  test("groups come between slices, and see a floor that fits the events at any time", () => {
    writer = writerWith({ historyEvents: 10, historyDays: 30 });
    commit({ drafts: [...draftsOf("a", 2_500), ...draftsOf("b", 2_500)] });
    writer.tick(NOW);
    for (let extra = 1; writer.hasChores; extra++) {
      writer.chore();
      commit({ drafts: draftsOf("a", 1, NOW, 2_500 + extra) });
      for (const room of ["a", "b"]) {
        const { floor, top, kept } = pageOf(room);
        expect(kept).toEqual(range(floor + 1, top));
        expect(kept.length).toBeGreaterThanOrEqual(10);
      }
    }
    expect(pageOf("b").kept).toEqual(range(2_491, 2_500));
  });

  test("thousands of rooms are gone through in small steps", () => {
    writer = writerWith({ historyEvents: 1, historyDays: 30 });
    commit({ drafts: range(1, 1_050).flatMap((room) => draftsOf(`room-${room}`, 2)) });
    writer.tick(NOW);
    expect(finish()).toBeGreaterThan(1_050);
    for (const room of [1, 99, 100, 101, 500, 1_000, 1_050]) expect(pageOf(`room-${room}`).kept).toEqual([2]);
  });
});

describe("L-DEDUPE-24H", () => {
  const isKnown = (id: string): boolean =>
    commit({ drafts: [["a", "message", "1", id, null, "u", "", NOW]] }).outcomes[0] === 1;

  test("an identity is known for a day, also when its event is trimmed, and forgotten after", () => {
    commit({ drafts: draftsOf("a", 1, NOW - DAY_MS - 1, 1) });
    commit({ drafts: draftsOf("a", 600, NOW - DAY_MS, 2) });
    writer.tick(NOW);
    finish();
    expect(isKnown("id-2")).toBe(true);
    expect(isKnown("id-601")).toBe(true);
    expect(isKnown("id-1")).toBe(false);
  });

  test("many are forgotten in slices", () => {
    commit({ drafts: draftsOf("a", 1_000, NOW - 2 * DAY_MS) });
    writer.tick(NOW);
    expect(finish()).toBeGreaterThanOrEqual(4);
    expect(isKnown("id-1")).toBe(false);
  });
});

describe("SS-EXPIRE", () => {
  const session = (clientId: string, endedAt: number | null): Group["sessions"][number] => ({
    kind: "save",
    cells: cellsOf({ clientId, user: null, name: "", rooms: [], usedSecret: "u", nextSecret: "n", endedAt }),
  });
  const found = (...finds: string[]): string[] =>
    commit({ finds }).found.map((one) => one?.clientId ?? "none");

  test("a session is there for two minutes after its end; one that lives stays", () => {
    commit({
      sessions: [session("lives", null), session("old", NOW - 120_001), session("young", NOW - 120_000)],
    });
    writer.tick(NOW);
    finish();
    expect(found("lives", "old", "young")).toEqual(["lives", "none", "young"]);
    commit({ sessions: range(1, 600).map((index) => session(`s-${index}`, NOW)) });
    writer.tick(NOW + 120_001);
    finish();
    expect(found("lives", "young", "s-1", "s-600")).toEqual(["lives", "none", "none", "none"]);
  });
});

test("SA-SWEEP: what has ended by now is forgotten, what has not stays", () => {
  const sanction = (user: string, until: number | null): Group["sessions"][number] => ({
    kind: "impose",
    sanction: { kind: "ban", user, room: null, reason: "", by: "operator", since: NOW, until },
  });
  const ended = range(1, 600).map((index) => sanction(`ended-${index}`, NOW + 1));
  commit({ sessions: [...ended, sanction("for good", null), sanction("later", NOW + 2)] });
  writer.tick(NOW + 1);
  finish();
  expect(writer.sanctions.map(({ user }) => user).sort()).toEqual(["for good", "later"]);
});

describe("L-REMOVE what a removal leaves behind", () => {
  const file = (): string => join(folder, "roomcast.db");
  let folder: string;

  beforeEach(() => {
    folder = temporaryFolder();
    writer = writerWith({ historyEvents: 10_000, historyDays: 30 }, file());
  });

  /** What the tables hold; the store is closed for it, and opened again. */
  function rows(): Record<string, unknown> {
    writer.close();
    const database = new DatabaseSync(file());
    const counted = database
      .prepare(
        `SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM dedupe) AS identities,
          (SELECT count(*) FROM earlier_lives) AS lives`,
      )
      .get();
    database.close();
    writer = writerWith({ historyEvents: 10_000, historyDays: 30 }, file());
    return { ...counted };
  }

  test("goes in slices: the events at the next look, the identities when they are old", () => {
    commit({ drafts: [...draftsOf("a", 2_500), ...draftsOf("b", 10)] });
    commit({ drafts: [["a"], ...draftsOf("a", 5, NOW, 3_000)] });
    expect(rows()).toEqual({ events: 2_515, identities: 2_515, lives: 1 });
    writer.tick(NOW);
    expect(finish()).toBeGreaterThan(3);
    expect(rows()).toEqual({ events: 15, identities: 2_515, lives: 1 });
    expect(pageOf("a")).toEqual({ floor: 0, top: 5, kept: [1, 2, 3, 4, 5] });
    writer.tick(NOW + DAY_MS + 1);
    finish();
    expect(rows()).toEqual({ events: 15, identities: 0, lives: 0 });
    expect(commit({ drafts: draftsOf("a", 1) }).outcomes[1]).toBe(6);
  });

  test("a room that is removed while it is trimmed loses nothing of its next life", () => {
    commit({ drafts: draftsOf("a", 2_500, NOW - 40 * DAY_MS) });
    writer.tick(NOW);
    // Past the sessions and the identities, and into the room.
    while (pageOf("a").floor === 0) writer.chore();
    expect(pageOf("a").floor).toBeLessThan(2_500);
    commit({ drafts: [["a"], ...draftsOf("a", 500, NOW, 3_000)] });
    finish();
    expect(pageOf("a")).toMatchObject({ floor: 0, top: 500 });
  });
});

describe("L-CHORES", () => {
  test("with nothing to do there are none", () => {
    commit({ drafts: draftsOf("a", 10) });
    expect(writer.hasChores).toBe(false);
    writer.tick(NOW);
    expect(finish()).toBeGreaterThan(0);
  });

  test("the store looks by itself once a minute, between its groups", async () => {
    const clock = new TickingClock(NOW);
    const { log } = await openStore({ clock, historyEvents: 10 });
    for (let index = 0; index < 20; index++) await append(log, draftOf("general", `id-${index}`));
    await trimmedTo(10);
    await append(log, draftOf("general", "one more"));
    clock.minutePassed();
    await trimmedTo(11);

    async function trimmedTo(floor: number): Promise<void> {
      while ((await read(log, "general", { limit: 1 })).floor < floor) clock.minutePassed();
    }
  });
});

/** Timers fire when the test says that a minute has passed. */
class TickingClock extends StandingClock {
  #run: (() => void) | undefined;

  override after(delayMs: number, run: () => void): { cancel: () => void } {
    expect([0, 60_000]).toContain(delayMs);
    this.#run = run;
    return { cancel: () => (this.#run = undefined) };
  }

  minutePassed(): void {
    this.#run?.();
  }
}
