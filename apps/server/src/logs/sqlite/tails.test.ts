import { type KeptEvent, type Page, type ReadRange } from "@roomcast/hub";
import { append, appendAll, draftOf, read, remove, SeededRandom, SUITE_TIME } from "@roomcast/hub/testing";
import { JsonText, MAX_PAGE_BYTES, MAX_PAGE_EVENTS } from "@roomcast/protocol";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

import { openStore, temporaryFolder } from "../../../test/sqlite-stores.ts";
import { NodeClock } from "../../node-clock.ts";
import { Turns } from "../../turns.ts";
import { GroupQueue } from "./group-queue.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { Tails } from "./tails.ts";
import { FlushGate } from "./writer/flush-gate.ts";
import { StoreWriter } from "./writer/store-writer.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const ROOMS = ["a", "b", "__proto__", "nowhere"] as const;

interface Opened {
  readonly log: SqliteLog;
  /** The same without memory. */
  readonly tables: SqliteLog;
  readonly tails: Tails;
  readonly writer: StoreWriter;
  /** The room of each read that came to the tables. */
  readonly readTables: readonly string[];
  readonly closeQueue: () => Promise<void>;
}

/** A log whose writer is in this thread: its chores are done when a test says so, and what memory shows can be seen. */
function openLog(tailBytes: number): Opened {
  const opened = StoreWriter.open(
    {
      file: join(temporaryFolder(), "roomcast.db"),
      durability: "process",
      ...{ historyEvents: 60, historyBytes: 2 * MAX_PAGE_BYTES, historyDays: 30, resumeWindowMs: 1_000 },
      ...{ maxPageBytes: MAX_PAGE_BYTES, now: SUITE_TIME, gate: undefined },
    },
    null,
  );
  if (!opened.ok) throw new Error(opened.error);
  const writer = opened.value;
  onTestFinished(() => writer.close());
  const clock = new NodeClock();
  const readTables: string[] = [];
  const turns = new Turns(clock, 64);
  const queue = new GroupQueue(clock, turns, (group) => {
    readTables.push(...group.reads.map(({ room }) => room));
    queue.answer(writer.commit(group));
  });
  const tails = new Tails(tailBytes);
  const parts = { turns, queue, durability: "process", generation: "g", earlierGenerations: [] } as const;
  const logOver = (memory: Tails): SqliteLog =>
    new SqliteLog({ ...parts, tails: memory, sequence: 0, close: () => queue.drain() });
  return {
    log: logOver(tails),
    tables: logOver(new Tails(0)),
    tails,
    writer,
    readTables,
    closeQueue: () => queue.drain(),
  };
}

function rangeOf(random: SeededRandom, last: KeptEvent | undefined): ReadRange {
  const near = (top = 0): number => Math.max(0, top + 5 - random.below(random.pick([12, 120])));
  const from = random.pick(["after", "beyond", "newest"] as const);
  return {
    ...(from === "after" && { after: near(last?.offset) }),
    ...(from === "beyond" && { beyond: near(last?.sequence) }),
    ...(random.fraction() < 0.3 && { before: near(last?.offset) }),
    limit: random.pick([1, 5, 50, MAX_PAGE_EVENTS]),
  };
}

describe("L-TAIL", () => {
  test("rooms of which nothing was ever said share a place, and not with one that is in another life", () => {
    const untouched = { floor: 0, goneSequence: 0, top: 0, events: [], more: false };
    const tails = new Tails(1024 * 1024);
    const epochs = { a: "g.2", b: "g.1", c: "g.1" };
    for (const [room, epoch] of Object.entries(epochs)) tails.learn(room, { ...untouched, epoch });
    const range = { after: 0, limit: 10 };
    for (const [room, epoch] of Object.entries(epochs))
      expect(tails.page(room, range)).toMatchObject({ epoch });
  });

  test(`what is read from memory is what the tables say, whatever happens to a room (SEED=${seed})`, async () => {
    const random = new SeededRandom(seed);
    const { log, tables, tails, writer } = openLog(1024 * 1024);
    const last = new Map<string, KeptEvent>();
    log.onAppended((event) => last.set(event.room, event));
    let seen = 0;
    for (let round = 0; round < 400; round += 1) {
      const room = random.pick(ROOMS);
      const calls: Promise<unknown>[] = Array.from({ length: random.below(12) }, (_, call) => {
        const length = random.fraction() < 0.05 ? random.below(1.2 * MAX_PAGE_BYTES) : random.below(200);
        // One in a hundred is no time that can be stored.
        const time = SUITE_TIME + (random.fraction() < 0.01 ? 0.5 : round);
        const data = JsonText.of("é".repeat(length / 2));
        return append(log, draftOf(room, `${round - random.below(2)}-${call}`, { data, time }));
      });
      if (random.fraction() < 0.05) calls.push(remove(log, room));
      await Promise.allSettled(calls);
      if (random.fraction() < 0.2) writer.tick(SUITE_TIME + round);
      for (let chores = random.below(4); chores > 0 && writer.hasChores; chores -= 1) {
        const trimmed = writer.chore();
        if (trimmed !== undefined) tails.trim(trimmed);
      }
      for (const each of ROOMS) {
        const range = rangeOf(random, last.get(each));
        const inMemory = tails.page(each, range);
        const page = await read(tables, each, range);
        if (inMemory !== undefined) expect(inMemory, `${each} ${JSON.stringify(range)}`).toEqual(page);
        expect(await read(log, each, range)).toEqual(page);
        seen += inMemory === undefined ? 0 : 1;
      }
    }
    expect(seen).toBeGreaterThan(400);
  });

  test("a room is kept from its first reader on, until others have been in use more lately", async () => {
    const { log, tails } = openLog(20_000);
    const isHere = (room: string): boolean => tails.page(room, { limit: 10 }) !== undefined;
    const appendTo = (room: string): Promise<unknown> =>
      appendAll(
        log,
        Array.from({ length: 10 }, (_, index) =>
          draftOf(room, `id-${index}`, { data: JsonText.of("x".repeat(400)) }),
        ),
      );
    await appendTo("unread");
    expect(isHere("unread")).toBe(false);
    for (const room of ["a", "b"]) {
      await read(log, room, { limit: 10 });
      await appendTo(room);
    }
    expect(["a", "b"].map(isHere)).toEqual([true, true]);
    await read(log, "a", { limit: 10 });
    await read(log, "unread", { limit: 10 });
    expect(["a", "b", "unread"].map(isHere)).toEqual([true, false, true]);
  });

  test("of a crowd that comes at once into a room that is not in memory, one reads the tables", async () => {
    const { log, readTables } = openLog(1024 * 1024);
    await appendAll(
      log,
      Array.from({ length: 20 }, (_, index) => draftOf("a", `id-${index}`)),
    );
    const crowd = Array.from({ length: 200 }, (_, index) =>
      read(log, "a", { after: index % 20, limit: 300 }),
    );
    const before = read(log, "a", { limit: 30 });
    for (const [index, page] of (await Promise.all(crowd)).entries()) {
      expect(page.events.map(({ id }) => id)).toEqual(
        Array.from({ length: 20 - (index % 20) }, (_, later) => `id-${(index % 20) + later}`),
      );
    }
    expect((await before).events).toHaveLength(20);
    expect(readTables).toEqual(["a"]);
    await Promise.all(["a", "b", "b"].map((room) => read(log, room, { limit: 1 })));
    expect(readTables).toEqual(["a", "b"]);
  });

  test("a room that could not be read is nobody's to wait for, and is read by the next", async () => {
    const { log, readTables, tails, closeQueue } = openLog(1024 * 1024);
    const reads = Array.from({ length: 10_001 }, (_, index) => read(log, `${index}`, { limit: 1 }));
    expect(tails.reading("9999")).toBeInstanceOf(Promise);
    await expect(reads.pop()).rejects.toMatchObject({ refusal: { code: "overloaded" } });
    expect(tails.reading("10000")).toBeUndefined();
    await Promise.all(reads);
    await read(log, "10000", { limit: 1 });
    expect(readTables).toHaveLength(10_001);
    await closeQueue();
    await expect(read(log, "later", { limit: 1 })).rejects.toMatchObject({
      refusal: { code: "storage_unavailable" },
    });
    expect(tails.reading("later")).toBeUndefined();
  });

  test("while a flush takes its time, what was settled is read, and nothing else", async () => {
    const gate = new FlushGate();
    const store = await openStore({ gate });
    const { log } = store;
    await read(log, "general", { limit: 9 });
    await append(log, draftOf("general", "settled"));
    const { arrivals } = gate;
    gate.shut();
    const waiting = append(log, draftOf("general", "waiting"));
    await gate.arrived(arrivals);
    let answered = false;
    const answers = store.canRead().then((can) => (answered = can));
    const idsOf = ({ events }: Page): string[] => events.map(({ id }) => id);
    expect(idsOf(await read(log, "general", { limit: 9 }))).toEqual(["settled"]);
    // Whether the store is to be read is asked of the store.
    expect(answered).toBe(false);
    gate.open();
    expect(await answers).toBe(true);
    await waiting;
    expect(idsOf(await read(log, "general", { limit: 9 }))).toEqual(["settled", "waiting"]);
  });

  test("a closed store shows nothing, not even what is in memory", async () => {
    const { log } = await openStore();
    await read(log, "general", { limit: 9 });
    await log.close();
    await expect(read(log, "general", { limit: 9 })).rejects.toMatchObject({
      refusal: { code: "storage_unavailable" },
    });
  });
});
