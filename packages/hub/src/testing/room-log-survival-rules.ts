/** The rules of a log that outlives its process: an ack holds, whether the process was closed or killed. */
import { JsonText } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import type { Page, RoomLog } from "../ports/room-log.ts";
import { append, appendAll, draftOf, HOSTILE_ROOMS, read, readAll, remove } from "./log-calls.ts";
import type { OpenLog, RoomLogSuite } from "./room-log-suite.ts";

export function survivalRules(openLog: OpenLog, reopen: NonNullable<RoomLogSuite["reopen"]>): void {
  describe.each(["close", "kill"] as const)("after a %s", (end) => {
    test("L-SURVIVE L-SEQUENCE: everything that was acked is there, in the same epoch, and the count goes on", async () => {
      const first = await openLog();
      for (let round = 0; round < 5; round++) {
        await appendAll(
          first,
          ["general", ...HOSTILE_ROOMS].map((room) =>
            draftOf(room, `id-${round}`, { data: new JsonText(`"${"y".repeat(5000)}"`) }),
          ),
        );
      }
      const before = await readAll(first, ["general", ...HOSTILE_ROOMS]);
      const log = await reopen(first, end);
      expect(await readAll(log, ["general", ...HOSTILE_ROOMS])).toEqual(before);
      expect([log.generation, log.sequence]).toEqual([first.generation, first.sequence]);
      const epoch = before[0]?.epoch;
      expect(await append(log, draftOf("general", "next"))).toMatchObject({
        position: { epoch, offset: 6 },
      });
    });

    test("L-SURVIVE: an identity stays known", async () => {
      const first = await openLog();
      const placed = await append(first, draftOf("general", "id\u0000👋"));
      const log = await reopen(first, end);
      expect(await append(log, draftOf("general", "id\u0000👋"))).toEqual({ ...placed, duplicate: true });
      expect((await read(log, "general", { limit: 1 })).top).toBe(1);
    });

    test("L-SURVIVE L-REMOVE L-SEQUENCE: a removal stays, and so does what was known before it", async () => {
      const first = await openLog();
      const placed = await append(first, draftOf("general", "a"));
      const { position, sequence } = await remove(first, "general");
      const log = await reopen(first, end);
      expect([log.generation, log.sequence]).toEqual([first.generation, sequence]);
      expect(await read(log, "general", { after: 0, limit: 9 })).toEqual({
        ...{ epoch: position.epoch, floor: 0, goneSequence: sequence, top: 0, events: [], more: false },
      });
      expect(await append(log, draftOf("general", "a"))).toEqual({ ...placed, duplicate: true });
      expect(await append(log, draftOf("general", "b"))).toMatchObject({
        position: { ...position, offset: 1 },
      });
    });

    test("L-SURVIVE: a floor stays where it was", async () => {
      const first = await openLog({ historyEvents: 10 });
      await appendAll(
        first,
        Array.from({ length: 400 }, (_, index) => draftOf("general", `id-${index}`)),
      );
      const kept = async (log: RoomLog): Promise<Page> => read(log, "general", { after: 0, limit: 300 });
      let before = await kept(first);
      while (before.top - before.floor > 20) before = await kept(first);
      const log = await reopen(first, end);
      const after = await kept(log);
      expect(after.floor).toBeGreaterThanOrEqual(before.floor);
      expect(after.events).toEqual(before.events.filter(({ offset }) => offset > after.floor));
      expect(after).toMatchObject({ epoch: before.epoch, top: 400 });
    });
  });
}
