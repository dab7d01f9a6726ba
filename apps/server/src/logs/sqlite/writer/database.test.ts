import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { openStore, temporaryFolder } from "../../../../test/sqlite-stores.ts";
import { durabilityOf, openDatabase, setDurability } from "./database.ts";
import { pragmaNumber } from "./schema.ts";

test("L-LEVEL: a database is opened alone, in WAL mode, at disk, and takes the level it is set to", () => {
  const opened = openDatabase(join(temporaryFolder(), "roomcast.db"));
  if (!opened.ok) throw new Error(opened.error);
  const database = opened.value;
  onTestFinished(() => database.close());
  const pragma = (name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name];
  expect([pragma("journal_mode"), pragma("locking_mode"), pragma("fullfsync")]).toEqual([
    "wal",
    "exclusive",
    1,
  ]);
  // https://www.sqlite.org/pragma.html#pragma_synchronous: 2 is FULL, which flushes each commit; 1 is NORMAL.
  expect([pragmaNumber(database, "synchronous"), durabilityOf(database)]).toEqual([2, "disk"]);
  setDurability(database, "process");
  expect([pragmaNumber(database, "synchronous"), durabilityOf(database)]).toEqual([1, "process"]);
  setDurability(database, "disk");
  expect(pragmaNumber(database, "synchronous")).toBe(2);
  database.exec("BEGIN");
  expect(() => setDurability(database, "process")).toThrow(/inside a transaction|did not go to process/);
});

test("L-LEVEL: a log says the durability that SQLite has, and is at disk unless told", async () => {
  expect((await openStore()).log.durability).toBe("disk");
  expect((await openStore({ durability: "disk" })).log.durability).toBe("disk");
  expect((await openStore({ durability: "process" })).log.durability).toBe("process");
});
