/** The rules of append: places in order, settled once, each identity kept once. */
import { JsonText } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import type { KeptEvent } from "../ports/room-log.ts";
import { append, appendAll, draftOf, positionOf, read, SUITE_TIME } from "./log-calls.ts";
import type { OpenLog } from "./room-log-suite.ts";

export function appendRules(openLog: OpenLog): void {
  describe("append", () => {
    test("L-OFFSETS: a room counts 1, 2, 3 …, in the order of the calls", async () => {
      const log = await openLog();
      const placed = await appendAll(
        log,
        Array.from({ length: 200 }, (_, index) => draftOf("general", `id-${index}`)),
      );
      expect(placed.map(positionOf)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      const { events } = await read(log, "general", { after: 0, limit: 200 });
      expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, index) => `id-${index}`));
    });

    test("L-OFFSETS: rooms that are written at the same time count each for itself", async () => {
      const log = await openLog();
      const rooms = Array.from({ length: 20 }, (_, index) => `room-${index}`);
      const drafts = Array.from({ length: 30 }, (_, round) =>
        rooms.map((room) => draftOf(room, `id-${round}`)),
      );
      const placed = await appendAll(log, drafts.flat());
      expect(placed.map(positionOf)).toEqual(drafts.flatMap((round, index) => round.map(() => index + 1)));
      for (const room of rooms) {
        const { events, top } = await read(log, room, { after: 0, limit: 30 });
        expect(top).toBe(30);
        expect(events.map(({ id }) => id)).toEqual(drafts.map((_, round) => `id-${round}`));
      }
    });

    test("L-EPOCH: all positions of a room have the epoch that it was read with while it was empty", async () => {
      const log = await openLog();
      const empty = await read(log, "general", { limit: 10 });
      expect(empty).toEqual({
        ...{ epoch: empty.epoch, floor: 0, goneSequence: 0, top: 0, events: [], more: false },
      });
      expect(empty.epoch).toMatch(/^.{1,64}$/u);
      expect(await read(log, "general", { after: 5, limit: 10 })).toEqual(empty);
      const first = await append(log, draftOf("general", "first"));
      const second = await append(log, draftOf("general", "second"));
      expect(first.position).toEqual({ epoch: empty.epoch, offset: 1 });
      expect(second.position).toEqual({ epoch: empty.epoch, offset: 2 });
    });

    test("L-LISTEN: for each new event the listener, then at once its settle, in offset order", async () => {
      const log = await openLog();
      const calls: string[] = [];
      log.onAppended(({ room, offset }) => calls.push(`event ${room} ${offset}`));
      const first = draftOf("a", "id-0");
      const others = ["b", "a", "a", "b"].map((room, index) => draftOf(room, `id-${index + 1}`));
      await Promise.all(
        // The last repeats the first: known, so nobody listens to it.
        [first, ...others, first].map(
          (draft) =>
            new Promise<void>((resolve) => {
              log.append(draft, (outcome) => {
                calls.push(outcome.ok ? `settle ${draft.room} ${outcome.value.position.offset}` : "refused");
                resolve();
              });
            }),
        ),
      );
      const pairs = ["a 1", "b 1", "a 2", "a 3", "b 2"].flatMap((place) => [
        `event ${place}`,
        `settle ${place}`,
      ]);
      expect(calls).toEqual([...pairs, "settle a 1"]);
    });

    test("L-LISTEN: the listener gets what was given, with its place", async () => {
      const log = await openLog();
      const heard: KeptEvent[] = [];
      log.onAppended((event) => heard.push(event));
      const draft = draftOf("general", "id", {
        from: { clientId: null, user: "u", name: "" },
        time: SUITE_TIME + 12,
      });
      const { position } = await append(log, draft);
      expect(heard).toEqual([{ ...draft, ...position, sequence: log.sequence }]);
    });

    test("L-SETTLE: settle is called exactly once for each draft", async () => {
      const log = await openLog();
      const settled: number[] = [];
      const calls = Array.from({ length: 100 }, (_, index) => index);
      for (const call of calls) log.append(draftOf("general", `id-${call % 40}`), () => settled.push(call));
      await append(log, draftOf("general", "last"));
      await log.close();
      expect(settled.toSorted((a, b) => a - b)).toEqual(calls);
    });

    test("L-SETTLE: closing settles what was given before", async () => {
      const log = await openLog();
      const settled: boolean[] = [];
      for (let index = 0; index < 50; index++) {
        log.append(draftOf("general", `id-${index}`), ({ ok }) => settled.push(ok));
      }
      await log.close();
      expect(settled).toEqual(new Array<boolean>(50).fill(true));
    });

    test("L-SETTLE: what settles may append at once", async () => {
      const log = await openLog();
      const placed = await new Promise<number[]>((resolve) => {
        const offsets: number[] = [];
        const next = (): void =>
          log.append(draftOf("general", `id-${offsets.length}`), (outcome) => {
            if (outcome.ok) offsets.push(outcome.value.position.offset);
            if (offsets.length === 5 || !outcome.ok) resolve(offsets);
            else next();
          });
        next();
      });
      expect(placed).toEqual([1, 2, 3, 4, 5]);
    });
  });

  describe("deduplication", () => {
    test("L-DEDUPE: an identity that is known keeps its position and time, and is not heard again", async () => {
      const log = await openLog();
      let heard = 0;
      log.onAppended(() => (heard += 1));
      const first = await append(log, draftOf("general", "id", { time: SUITE_TIME }));
      await append(log, draftOf("general", "other"));
      const again = await append(
        log,
        draftOf("general", "id", { time: SUITE_TIME + 200, data: new JsonText('"changed"') }),
      );
      expect(first).toEqual({
        position: { ...first.position, offset: 1 },
        time: SUITE_TIME,
        duplicate: false,
      });
      expect(again).toEqual({ ...first, duplicate: true });
      expect(heard).toBe(2);
      const { events } = await read(log, "general", { after: 0, limit: 10 });
      expect(events.map(({ id, time }) => [id, time])).toEqual([
        ["id", SUITE_TIME],
        ["other", SUITE_TIME],
      ]);
    });

    test("L-DEDUPE: the same identity many times at once takes one place", async () => {
      const log = await openLog();
      const placed = await appendAll(
        log,
        Array.from({ length: 20 }, () => draftOf("general", "id")),
      );
      expect(placed.map(positionOf)).toEqual(new Array<number>(20).fill(1));
      expect(placed.map(({ duplicate }) => duplicate)).toEqual([false, ...new Array<boolean>(19).fill(true)]);
      expect((await read(log, "general", { limit: 10 })).top).toBe(1);
    });

    test("L-IDENTITY: room, user and id make the identity; client and name do not", async () => {
      const log = await openLog();
      const from = { clientId: "c", user: "ann", name: "Ann" };
      const one = draftOf("general", "id", { from });
      const placed = await appendAll(log, [
        one,
        draftOf("general", "id", { from: { ...from, clientId: "other", name: "Anna" } }),
        draftOf("general", "id", { from: { ...from, user: "bob" } }),
        draftOf("general", "id2", { from }),
        draftOf("general2", "id", { from }),
      ]);
      expect(placed.map(({ duplicate }) => duplicate)).toEqual([false, true, false, false, false]);
    });

    test("L-IDENTITY: identities that are easily taken for each other are apart", async () => {
      const log = await openLog();
      const pairs: (readonly [user: string, id: string])[] = [
        ["a", "bc"],
        ["ab", "c"],
        ["a:b", "c"],
        ["a", "b:c"],
        ["1:a", "b"],
        ["", "abc"],
        ["u", "a\u0000b"],
        ["u", "a\u0000c"],
        ["u", "a"],
        ["u", 'a"'],
        ["u", "a\\"],
        ["u", "A"],
        // Composed and decomposed, and halves of surrogate pairs, which have no UTF-8 form.
        ["u", "\u00e9"],
        ["u", "e\u0301"],
        ["\ud800", "i"],
        ["\ud801", "i"],
        ["\udc00", "i"],
        ["\ufffd", "i"],
      ];
      const drafts = pairs.map(([user, id]) => draftOf("r", id, { from: { clientId: "c", user, name: "" } }));
      const placed = await appendAll(log, drafts);
      expect(placed.map(positionOf)).toEqual(pairs.map((_, index) => index + 1));
      const { events } = await read(log, "r", { after: 0, limit: 100 });
      expect(events.map(({ id, from }) => [from.user, id])).toEqual(pairs);
    });
  });
}
