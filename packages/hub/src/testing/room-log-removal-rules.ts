/** The rules of remove: a room that begins another life, in its place among the events, with its identities still known. */
import { describe, expect, test } from "vitest";

import { append, appendAll, draftOf, HOSTILE_ROOMS, read, readAll, remove } from "./log-calls.ts";
import type { OpenLog } from "./room-log-suite.ts";

export function removalRules(openLog: OpenLog): void {
  describe("remove", () => {
    test("L-REMOVE: nothing is left, the epoch is new and known to be another life's, and the count begins at 1", async () => {
      const log = await openLog();
      await appendAll(log, [draftOf("general", "a"), draftOf("general", "b"), draftOf("other", "a")]);
      const [before, other] = await readAll(log, ["general", "other"]);
      const { room, position, sequence } = await remove(log, "general");
      expect(room).toBe("general");
      expect(position.offset).toBe(0);
      expect(position.epoch).not.toBe(before?.epoch);
      expect(log.whyChanged(before?.epoch ?? "", position.epoch)).toBe("recreated");
      const { epoch } = position;
      expect(await readAll(log, ["general", "other"])).toEqual([
        { epoch, floor: 0, goneSequence: sequence, top: 0, events: [], more: false },
        other,
      ]);
      expect((await append(log, draftOf("general", "c"))).position).toEqual({ epoch, offset: 1 });
      const { events } = await read(log, "general", { after: 0, limit: 9 });
      expect(events.map(({ id }) => id)).toEqual(["c"]);
      expect((await append(log, draftOf("other", "b"))).position).toEqual({ epoch: other?.epoch, offset: 2 });
    });

    test("L-REMOVE: it stands in its place among the drafts of its room, to the listeners as well", async () => {
      const log = await openLog();
      const calls: string[] = [];
      const epochs = [(await read(log, "general", { limit: 0 })).epoch];
      const at = (epoch: string, offset: number): string => `${epochs.indexOf(epoch)}:${offset}`;
      log.onAppended(({ id, epoch, offset }) => calls.push(`event ${id} ${at(epoch, offset)}`));
      log.onRemoved(({ position: { epoch, offset } }) => {
        epochs.push(epoch);
        calls.push(`removed ${at(epoch, offset)}`);
      });
      const settled = (name: string) => (): void => void calls.push(`settle ${name}`);
      for (const id of ["a", "b"]) log.append(draftOf("general", id), settled(id));
      log.remove("general", settled("removal"));
      log.append(draftOf("general", "c"), settled("c"));
      log.remove("general", settled("removal"));
      await append(log, draftOf("general", "d"));
      expect(calls).toEqual([
        ...["event a 0:1", "settle a", "event b 0:2", "settle b", "removed 1:0", "settle removal"],
        ...["event c 1:1", "settle c", "removed 2:0", "settle removal", "event d 2:1"],
      ]);
    });

    test("L-REMOVE L-DEDUPE: what was taken in any earlier life keeps its position there, and comes back in none", async () => {
      const log = await openLog();
      const first = await append(log, draftOf("general", "a"));
      await remove(log, "general");
      const second = await append(log, draftOf("general", "b"));
      await remove(log, "general");
      const heard: string[] = [];
      log.onAppended(({ id }) => heard.push(id));
      expect(await append(log, draftOf("general", "a"))).toEqual({ ...first, duplicate: true });
      expect(await append(log, draftOf("general", "b"))).toEqual({ ...second, duplicate: true });
      expect(await append(log, draftOf("general", "c"))).toMatchObject({ duplicate: false });
      expect(heard).toEqual(["c"]);
      expect(first.position.epoch).not.toBe(second.position.epoch);
    });

    test("L-REMOVE: a room that never was begins another life too, and all names are names", async () => {
      const log = await openLog();
      for (const room of HOSTILE_ROOMS) {
        const { epoch } = await read(log, room, { limit: 0 });
        const { position } = await remove(log, room);
        expect(position.epoch).not.toBe(epoch);
        expect((await append(log, draftOf(room, "id"))).position).toEqual({ ...position, offset: 1 });
      }
    });

    test("L-REMOVE L-FLOOR: lives of many rooms do not get in each other's way, however they are trimmed", async () => {
      const log = await openLog({ historyEvents: 10 });
      const rooms = ["a", "b", "c"];
      for (let life = 0; life < 3; life += 1) {
        for (const room of rooms)
          await appendAll(
            log,
            Array.from({ length: 40 }, (_, index) => draftOf(room, `${life}-${index}`)),
          );
        for (const page of await readAll(log, rooms)) {
          expect(page.top).toBe(40);
          expect(page.events.map(({ id }) => id)).toEqual(
            Array.from({ length: 40 - page.floor }, (_, index) => `${life}-${page.floor + index}`),
          );
        }
        for (const room of rooms.toReversed()) await remove(log, room);
      }
    });
  });
}
