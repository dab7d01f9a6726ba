import { join } from "node:path";

import { append, draftOf, read } from "@roomcast/hub/testing";
import { describe, expect, test } from "vitest";

import { openStore, temporaryFolder } from "../../../../test/sqlite-stores.ts";
import { openDatabase } from "./database.ts";
import { beginRun, endRun, type Generations, type Start } from "./generations.ts";
import { Transaction } from "./transaction.ts";

/** One store through its runs; each ends cleanly or is killed. */
class Runs {
  readonly #file = join(temporaryFolder(), "roomcast.db");

  run(start: Partial<Start>, end: "close" | "kill"): Generations {
    const opened = openDatabase(this.#file);
    if (!opened.ok) throw new Error(opened.error);
    const transaction = new Transaction(opened.value);
    const generations = beginRun(opened.value, transaction, {
      durability: "process",
      bootId: "boot",
      now: 1,
      isCopy: false,
      wal: "whole",
      ...start,
    });
    if (end === "close") endRun(opened.value, transaction, () => undefined);
    // To SQLite a process that was killed looks like this: the mark of a clean end is what is missing.
    opened.value.close();
    return generations;
  }
}

describe("L-GENERATION", () => {
  test.each([
    ["a clean end", { durability: "process", end: "close", bootId: "other" }, "same"],
    ["a kill, the machine going on", { durability: "process", end: "kill", bootId: "boot" }, "same"],
    ["a kill or a power cut at disk", { durability: "disk", end: "kill", bootId: "other" }, "same"],
    ["a power cut at process", { durability: "process", end: "kill", bootId: "other" }, "new"],
    [
      "a kill at process on a machine that does not tell its boots",
      { durability: "process", end: "kill", bootId: null },
      "new",
    ],
  ] as const)("after %s", (_, { durability, end, bootId }, expected) => {
    const runs = new Runs();
    const first = runs.run({ durability, bootId: bootId === null ? null : "boot" }, end);
    expect(first.earlier).toEqual([]);
    const second = runs.run({ durability: "disk", bootId }, "kill");
    expect(second.findings).toHaveLength((end === "kill" ? 1 : 0) + (expected === "new" ? 1 : 0));
    if (expected === "same") expect(second).toMatchObject({ present: first.present, earlier: [] });
    else
      expect(second).toMatchObject({
        present: expect.not.stringMatching(first.present),
        earlier: [first.present],
      });
    // Once settled it is settled: at disk nothing more is lost.
    const { present, earlier } = second;
    expect(runs.run({ bootId: "third" }, "close")).toMatchObject({ present, earlier });
  });

  test("what counts is how the last run wrote, not how it was asked to before", () => {
    const runs = new Runs();
    const first = runs.run({ durability: "disk" }, "close");
    runs.run({ durability: "process" }, "kill");
    const third = runs.run({ durability: "disk", bootId: "other" }, "kill");
    expect(third.earlier).toEqual([first.present]);
    expect(runs.run({ durability: "disk", bootId: "another" }, "kill").present).toBe(third.present);
  });

  test("every generation is remembered, the latest first, and none is like another", () => {
    const runs = new Runs();
    const seen: string[] = [];
    for (const bootId of ["a", "b", "c", "d"]) {
      const { present, earlier } = runs.run({ bootId }, "kill");
      expect(earlier).toEqual(seen);
      seen.unshift(present);
    }
    expect(new Set(seen).size).toBe(4);
  });

  test("an earlier generation, alone or of the same room, lost its tail; any other epoch is another room", async () => {
    const dataDir = temporaryFolder();
    const database = openDatabase(join(dataDir, "roomcast.db"));
    if (!database.ok) throw new Error(database.error);
    const lost: Start = {
      durability: "process",
      bootId: "an earlier boot",
      now: 1,
      isCopy: false,
      wal: "whole",
    };
    const { present } = beginRun(database.value, new Transaction(database.value), lost);
    database.value.close();

    const { log } = await openStore({ dataDir });
    const { epoch } = await read(log, "general", { limit: 0 });
    expect(log.whyChanged(`${present}.1`, epoch)).toBe("store_lost_tail");
    expect(log.whyChanged(`${present}.2`, epoch)).toBe("recreated");
    expect(log.whyChanged("unknown.1", epoch)).toBe("recreated");
    expect(log.whyChanged(present, epoch)).toBe("store_lost_tail");
    expect(log.whyChanged("unknown", epoch)).toBe("recreated");
  });

  test("events that are left keep their offsets under the new epoch", async () => {
    const dataDir = temporaryFolder();
    const first = await openStore({ dataDir, durability: "process" });
    const before = await append(first.log, draftOf("general", "a"));
    await first.close();
    const opened = openDatabase(join(dataDir, "roomcast.db"));
    if (!opened.ok) throw new Error(opened.error);
    opened.value.exec("UPDATE last_run SET clean = 0, boot_id = 'an earlier boot'");
    opened.value.close();

    const { log } = await openStore({ dataDir });
    const { epoch, events } = await read(log, "general", { after: 0, limit: 9 });
    expect(epoch).not.toBe(before.position.epoch);
    expect(events).toEqual([{ ...draftOf("general", "a"), epoch, offset: 1, sequence: 1 }]);
    expect(await append(log, draftOf("general", "a"))).toEqual({
      ...before,
      position: { epoch, offset: 1 },
      duplicate: true,
    });
    expect(log.whyChanged(before.position.epoch, epoch)).toBe("store_lost_tail");
  });
});
