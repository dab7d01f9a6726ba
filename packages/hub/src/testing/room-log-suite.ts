/**
 * What every room log must pass, whatever it is made of: each MUST of room-log.ts as a test. Where a log outlives its
 * process, also what must be there afterwards. Must not know any log.
 */
import { JsonText } from "@roomcast/protocol";
import { afterEach, describe, expect, test } from "vitest";

import type { Draft, RoomLog } from "../ports/room-log.ts";
import { append, appendAll, draftOf, read } from "./log-calls.ts";
import { checkAgainstModel } from "./log-model.ts";
import { appendRules } from "./room-log-append-rules.ts";
import { readRules } from "./room-log-read-rules.ts";
import { removalRules } from "./room-log-removal-rules.ts";
import { sequenceRules } from "./room-log-sequence-rules.ts";
import { survivalRules } from "./room-log-survival-rules.ts";

/** What a log keeps per room; some more until it has found time to trim. */
export interface Kept {
  readonly historyEvents: number;
  readonly historyBytes: number;
}

export interface RoomLogSuite {
  /** Opens a log with nothing in it, whose wall clock stands at SUITE_TIME. */
  readonly open: (kept: Kept) => Promise<RoomLog>;
  /** Only of a log that outlives its process: ends it as said, and opens what it has left. */
  readonly reopen?: (log: RoomLog, after: "close" | "kill") => Promise<RoomLog>;
  /** Of the random run; printed with its name, and the same seed gives the same run. */
  readonly seed: number;
}

export type OpenLog = (kept?: Partial<Kept>) => Promise<RoomLog>;

const KEPT: Kept = { historyEvents: 1_000, historyBytes: Infinity };

/** A string of so many bytes as JSON, in characters of two. */
const dataOf = (bytes: number): JsonText => JsonText.of("é".repeat((bytes - 2) / 2));

export function describeRoomLog(name: string, { open, reopen, seed }: RoomLogSuite): void {
  describe(`${name} as a room log`, () => {
    const opened: RoomLog[] = [];
    const toBeClosed = async (opening: Promise<RoomLog>): Promise<RoomLog> => {
      const log = await opening;
      opened.push(log);
      return log;
    };
    const openLog: OpenLog = (kept) => toBeClosed(open({ ...KEPT, ...kept }));

    afterEach(async () => {
      for (const log of opened.splice(0)) await log.close();
    });

    appendRules(openLog);
    readRules(openLog);
    sequenceRules(openLog);
    removalRules(openLog);
    if (reopen !== undefined) survivalRules(openLog, (log, after) => toBeClosed(reopen(log, after)));

    test("L-SUBSCRIBE: subscribing is harmless when repeated, and no event is heard twice", async () => {
      const log = await openLog();
      const heard: number[] = [];
      log.onAppended(({ offset }) => heard.push(offset));
      await log.subscribe("general");
      await log.subscribe("general");
      await append(log, draftOf("general", "a"));
      log.unsubscribe("general");
      log.unsubscribe("general");
      await log.subscribe("general");
      await append(log, draftOf("general", "b"));
      expect(heard).toEqual([1, 2]);
    });

    test("L-WHY: an epoch that the log does not know was that of another life of the room", async () => {
      const log = await openLog();
      const { epoch } = await read(log, "general", { limit: 0 });
      for (const other of ["", ".", "x.1", `${epoch}1`])
        expect(log.whyChanged(other, epoch)).toBe("recreated");
    });

    test.each<[string, Partial<Kept>]>([
      ["by number", { historyEvents: 100 }],
      ["by bytes", { historyBytes: 100 * 10_000 }],
      ["by whichever is less", { historyEvents: 400, historyBytes: 100 * 10_000 }],
    ])("L-FLOOR: trimming %s keeps what was asked for, no hole, every identity", async (_, kept) => {
      const log = await openLog(kept);
      const first = draftOf("general", "id-0", { data: dataOf(10_000) });
      const drafts = Array.from({ length: 500 }, (_, index): Draft => ({ ...first, id: `id-${index}` }));
      await appendAll(log, drafts);
      let page = await read(log, "general", { limit: 0 });
      // Trimming may come after the ack, but needs no more appends.
      while (page.top - page.floor > 125) page = await read(log, "general", { limit: 0 });
      const { floor } = page;
      expect(page.top).toBe(500);
      expect(500 - floor).toBeGreaterThanOrEqual(100);
      const ids: string[] = [];
      do {
        page = await read(log, "general", { after: floor + ids.length, limit: 300 });
        ids.push(...page.events.map(({ id }) => id));
      } while (page.more);
      expect(ids).toEqual(drafts.slice(floor).map(({ id }) => id));
      page = await read(log, "general", { after: 0, limit: 1 });
      expect(page.events[0]?.offset).toBe(floor + 1);
      expect(await read(log, "general", { before: floor + 1, limit: 9 })).toMatchObject({
        events: [],
        more: false,
      });
      expect(await append(log, first)).toMatchObject({ position: { offset: 1 }, duplicate: true });
      expect(await append(log, draftOf("general", "next"))).toMatchObject({ position: { offset: 501 } });
    });

    test("L-FLOOR: the newest event is kept, however large", async () => {
      const log = await openLog({ historyBytes: 1 });
      for (const id of ["a", "b"]) await append(log, draftOf("general", id, { data: dataOf(50_000) }));
      const { floor, top, events } = await read(log, "general", { limit: 1 });
      expect({ top, id: events[0]?.id }).toEqual({ top: 2, id: "b" });
      expect(floor).toBeLessThan(2);
    });

    test(`L-MODEL: a random run gives what a model of a log gives (SEED=${seed})`, async () => {
      const log = await openLog();
      await checkAgainstModel(log, seed);
    });
  });
}
