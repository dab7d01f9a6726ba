/** The rules of read: ranges, pages, one snapshot, and what was given byte for byte. */
import { JsonText, MAX_PAGE_BYTES } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import type { Page, ReadRange } from "../ports/room-log.ts";
import { append, appendAll, draftOf, HOSTILE_ROOMS, positionOf, read, SUITE_TIME } from "./log-calls.ts";
import type { OpenLog } from "./room-log-suite.ts";

const RANGES_OF_TEN: (readonly [range: ReadRange, offsets: number[], more: boolean])[] = [
  [{ limit: 3 }, [8, 9, 10], true],
  [{ limit: 10 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
  [{ limit: 99 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
  [{ limit: 0 }, [], true],
  [{ after: 0, limit: 3 }, [1, 2, 3], true],
  [{ after: 7, limit: 3 }, [8, 9, 10], false],
  [{ after: 7, limit: 99 }, [8, 9, 10], false],
  [{ after: 10, limit: 3 }, [], false],
  [{ after: 99, limit: 3 }, [], false],
  [{ after: 4, limit: 0 }, [], true],
  [{ before: 4, limit: 2 }, [2, 3], true],
  [{ before: 4, limit: 3 }, [1, 2, 3], false],
  [{ before: 1, limit: 3 }, [], false],
  [{ before: 0, limit: 3 }, [], false],
  [{ before: 99, limit: 2 }, [9, 10], true],
  [{ after: 2, before: 6, limit: 99 }, [3, 4, 5], false],
  [{ after: 2, before: 6, limit: 2 }, [3, 4], true],
  [{ after: 5, before: 6, limit: 2 }, [], false],
  [{ after: 6, before: 5, limit: 2 }, [], false],
];

export function readRules(openLog: OpenLog): void {
  describe("read", () => {
    test("L-READ: what was settled is read, byte for byte", async () => {
      const log = await openLog();
      const texts = [
        '{ "b":1.0 ,\n"a":1e3}',
        '"\\u0000 \\ud800 \u2028 é 👩‍👩‍👧 \u202e"',
        "null",
        `"${"ä".repeat(32 * 1024 - 1)}"`,
      ];
      const drafts = texts.map((text, index) =>
        draftOf("general", `id ${index} \u0000 "'\\ 👋`, {
          event: "constructor",
          data: new JsonText(text),
          from: { clientId: index === 0 ? null : "c\u0000", user: "ünïcode\u0000\n", name: "名前 🙂" },
          time: SUITE_TIME + index,
        }),
      );
      const placed = await appendAll(log, drafts);
      const { events } = await read(log, "general", { after: 0, limit: 10 });
      expect(events).toMatchObject(drafts.map((draft, index) => ({ ...draft, ...placed[index]?.position })));
      expect(events.map(({ data }) => data.text)).toEqual(texts);
    });

    test("L-ANNOUNCED: where a log says so, no read shows what the listener has not heard", async () => {
      const log = await openLog();
      if (log.announcesFirst !== true) return;
      let heard = 0;
      log.onAppended(({ offset }) => (heard = offset));
      const ahead: number[] = [];
      const asked = Array.from({ length: 100 }, async (_, index) => {
        const appended = append(log, draftOf("general", `id-${index}`));
        const range = index % 2 === 0 ? { limit: 1 } : { after: 0, limit: 100 };
        const { top } = await read(log, "general", range);
        if (top > heard) ahead.push(top);
        await appended;
      });
      await Promise.all(asked);
      expect(heard).toBe(100);
      expect(ahead).toEqual([]);
    });

    test("L-RANGE: both bounds are exclusive, and more says whether kept events lie beyond", async () => {
      const log = await openLog();
      const ids = Array.from({ length: 10 }, (_, index) => `id-${index}`);
      await appendAll(
        log,
        ids.map((id) => draftOf("general", id)),
      );
      for (const [range, offsets, more] of RANGES_OF_TEN) {
        const { events, ...rest } = await read(log, "general", range);
        expect(
          events.map(({ offset }) => offset),
          JSON.stringify(range),
        ).toEqual(offsets);
        expect(rest, JSON.stringify(range)).toMatchObject({ floor: 0, top: 10, more });
      }
    });

    test("L-PAGE: a page ends at MAX_PAGE_BYTES of data, in both directions", async () => {
      const log = await openLog();
      const data = new JsonText(`"${"x".repeat(60 * 1024 - 2)}"`);
      await appendAll(
        log,
        Array.from({ length: 6 }, (_, index) => draftOf("general", `id-${index}`, { data })),
      );
      const offsets = ({ events, more }: Page): unknown => [events.map(({ offset }) => offset), more];
      expect(offsets(await read(log, "general", { after: 0, limit: 99 }))).toEqual([[1, 2, 3, 4], true]);
      expect(offsets(await read(log, "general", { after: 4, limit: 99 }))).toEqual([[5, 6], false]);
      expect(offsets(await read(log, "general", { limit: 99 }))).toEqual([[3, 4, 5, 6], true]);
      expect(offsets(await read(log, "general", { before: 3, limit: 99 }))).toEqual([[1, 2], false]);
    });

    test("L-PAGE: one event is there, however large", async () => {
      const log = await openLog();
      const data = new JsonText(`"${"x".repeat(MAX_PAGE_BYTES)}"`);
      await appendAll(log, [draftOf("general", "small"), draftOf("general", "large", { data })]);
      expect((await read(log, "general", { after: 1, limit: 9 })).events.map(({ id }) => id)).toEqual([
        "large",
      ]);
      expect(await read(log, "general", { limit: 9 })).toMatchObject({
        events: [{ id: "large" }],
        more: true,
      });
    });

    test("L-SNAPSHOT: reads between appends show a room as it was at one time", async () => {
      const log = await openLog();
      const pages: Promise<Page>[] = [];
      const appended: Promise<unknown>[] = [];
      for (let index = 0; index < 50; index++) {
        appended.push(append(log, draftOf("general", `id-${index}`)));
        pages.push(read(log, "general", { after: 0, limit: 99 }));
        if (index % 10 === 0) await appended[index];
      }
      let last = 0;
      for (const { events, top } of await Promise.all(pages)) {
        expect(events.map(({ id }) => id)).toEqual(Array.from({ length: top }, (_, index) => `id-${index}`));
        expect(top).toBeGreaterThanOrEqual(last);
        last = top;
      }
      await Promise.all(appended);
    });

    test("L-NAMES: rooms and events may be called like parts of an object", async () => {
      const log = await openLog();
      for (const room of HOSTILE_ROOMS) expect((await read(log, room, { limit: 1 })).top).toBe(0);
      const drafts = HOSTILE_ROOMS.map((room) => draftOf(room, "__proto__", { event: "valueOf" }));
      const placed = await appendAll(log, drafts);
      expect(placed.map(positionOf)).toEqual(HOSTILE_ROOMS.map(() => 1));
      for (const room of HOSTILE_ROOMS) {
        const { events } = await read(log, room, { limit: 9 });
        expect(events.map((event) => [event.room, event.id, event.event])).toEqual([
          [room, "__proto__", "valueOf"],
        ]);
      }
    });
  });
}
