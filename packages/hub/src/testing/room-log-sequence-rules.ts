/** The rules of the sequence: one count over all rooms, by which a reader of several comes back. */
import { describe, expect, test } from "vitest";

import type { KeptEvent, Page, RoomLog } from "../ports/room-log.ts";
import { append, appendAll, draftOf, read, remove } from "./log-calls.ts";
import type { OpenLog } from "./room-log-suite.ts";

const ROOMS = ["a", "b", "__proto__"] as const;

/** Thirty events in turn, so that each room has holes where the others have events. */
async function filled(log: RoomLog): Promise<readonly KeptEvent[]> {
  const heard: KeptEvent[] = [];
  log.onAppended((event) => heard.push(event));
  await appendAll(
    log,
    Array.from({ length: 30 }, (_, index) => draftOf(ROOMS[index % 3] ?? "a", `id-${index}`)),
  );
  return heard;
}

const isGrowing = (numbers: readonly number[]): boolean =>
  numbers.every((each, index) => index === 0 || each > (numbers[index - 1] ?? Infinity));

export function sequenceRules(openLog: OpenLog): void {
  describe("sequence", () => {
    test("L-SEQUENCE: it grows over all rooms, in the order in which the listener hears, and is read as it was heard", async () => {
      const log = await openLog();
      const heard = await filled(log);
      expect(isGrowing(heard.map(({ sequence }) => sequence))).toBe(true);
      expect(log.sequence).toBe(heard.at(-1)?.sequence);
      for (const room of ROOMS) {
        const { events } = await read(log, room, { after: 0, limit: 30 });
        expect(events).toEqual(heard.filter((event) => event.room === room));
      }
    });

    test("L-SEQUENCE: what lies beyond one is found by it, whether or not the room has it", async () => {
      const log = await openLog();
      const heard = await filled(log);
      const last = log.sequence;
      for (let sequence = 0; sequence <= last + 1; sequence += 1) {
        const { events, more } = await read(log, "b", { beyond: sequence, limit: 3 });
        const expected = heard.filter((event) => event.room === "b" && event.sequence > sequence);
        expect(events).toEqual(expected.slice(0, 3));
        expect(more).toBe(expected.length > 3);
      }
      expect(await read(log, "nowhere", { beyond: 5, limit: 3 })).toMatchObject({ events: [], more: false });
    });

    test("L-SEQUENCE L-FLOOR: how far what is gone went is known after trimming and removing", async () => {
      const log = await openLog({ historyEvents: 100 });
      const heard: KeptEvent[] = [];
      log.onAppended((event) => heard.push(event));
      expect(await read(log, "a", { limit: 0 })).toMatchObject({ goneSequence: 0 });
      await appendAll(
        log,
        Array.from({ length: 500 }, (_, index) => draftOf("a", `id-${index}`)),
      );
      let page: Page = await read(log, "a", { beyond: 0, limit: 1 });
      // Trimming may come after the ack, but needs no more appends.
      while (page.top - page.floor > 200) page = await read(log, "a", { beyond: 0, limit: 1 });
      expect(page.goneSequence).toBe(heard[page.floor - 1]?.sequence);
      expect(page.events[0]?.offset).toBe(page.floor + 1);
      const removed = await remove(log, "a");
      expect(removed.sequence).toBeGreaterThan(heard.at(-1)?.sequence ?? Infinity);
      expect(log.sequence).toBe(removed.sequence);
      expect(await read(log, "a", { limit: 0 })).toMatchObject({ floor: 0, goneSequence: removed.sequence });
      await append(log, draftOf("a", "next"));
      expect(heard.at(-1)?.sequence).toBeGreaterThan(removed.sequence);
    });
  });
}
