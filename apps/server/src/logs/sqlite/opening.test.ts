import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { append, draftOf, read } from "@roomcast/hub/testing";
import { describe, expect, test } from "vitest";

import { copyAsAfterKill, openStore, StandingClock, temporaryFolder } from "../../../test/sqlite-stores.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { openFile } from "./writer/sqlite-driver.ts";

const FILE = "roomcast.db";

/** Why the store in this folder does not open. */
async function refusalOf(dataDir: string): Promise<string> {
  const opened = await openSqliteStore({ dataDir, clock: new StandingClock(0), onFatal: () => undefined });
  if (!opened.ok) return opened.error;
  await opened.value.close();
  return "opened";
}

/** A folder with the store of a closed server, in which the file was changed. */
async function closedStore(change: (file: string) => void): Promise<string> {
  const dataDir = temporaryFolder();
  const store = await openStore({ dataDir });
  await append(store.log, draftOf("general", "a"));
  await store.close();
  change(join(dataDir, FILE));
  return dataDir;
}

describe("L-OPEN", () => {
  test("a folder is made with what is above it, for its owner alone, and holds the store and its witness after the end", async () => {
    const above = temporaryFolder();
    const dataDir = join(above, "a", "b");
    const store = await openStore({ dataDir });
    await append(store.log, draftOf("general", "a"));
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect([mode(join(above, "a")), mode(dataDir)]).toEqual([0o700, 0o700]);
    expect(readdirSync(dataDir).toSorted()).toEqual([FILE, `${FILE}-wal`, `${FILE}-witness`]);
    expect(readdirSync(dataDir).map((file) => mode(join(dataDir, file)))).toEqual([0o600, 0o600, 0o600]);
    await store.close();
    expect(readdirSync(dataDir).toSorted()).toEqual([FILE, `${FILE}-witness`]);
  });

  test("a second server on the folder is refused, and the first does not notice", async () => {
    const dataDir = temporaryFolder();
    const { log } = await openStore({ dataDir });
    expect(await refusalOf(dataDir)).toBe(
      `another server uses the store ${join(dataDir, FILE)}: end it, or give this one another ROOMCAST_DATA_DIR`,
    );
    expect(await append(log, draftOf("general", "a"))).toMatchObject({ position: { offset: 1 } });
    expect(await refusalOf(dataDir)).toContain("another server");
  });

  test("two servers that start at once: one of them runs", async () => {
    const dataDir = temporaryFolder();
    const open = (): ReturnType<typeof openSqliteStore> =>
      openSqliteStore({ dataDir, clock: new StandingClock(0), onFatal: () => undefined });
    const both = await Promise.all([open(), open()]);
    for (const opened of both) if (opened.ok) await opened.value.close();
    expect(both.map((opened) => (opened.ok ? "runs" : opened.error)).toSorted()).toEqual([
      ...[expect.stringContaining("another server"), "runs"],
    ]);
  });

  test("after the end the folder can be opened again at once", async () => {
    const dataDir = await closedStore(() => undefined);
    expect(await refusalOf(dataDir)).toBe("opened");
    expect(await refusalOf(dataDir)).toBe("opened");
  });

  test("a file where the folder should be", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(await refusalOf(file)).toBe(`the data folder ${file} cannot be written (ENOTDIR)`);
    expect(await refusalOf(join(file, "below"))).toMatch(/cannot be written \(ENOTDIR\)$/);
  });

  test("a folder that may not be written", async () => {
    const above = temporaryFolder();
    mkdirSync(join(above, "read-only"), { mode: 0o500 });
    await asNobody(async () => {
      expect(await refusalOf(join(above, "read-only"))).toMatch(
        /^the data folder .* cannot be written \(EACCES\)$/,
      );
      expect(await refusalOf(join(above, "read-only", "below"))).toMatch(/cannot be written \(EACCES\)$/);
    });
  });

  test("a database file that may not be written", async () => {
    const dataDir = await closedStore(() => undefined);
    await asNobody(async () => {
      expect(await refusalOf(dataDir)).toMatch(/^the data folder .* cannot be written \(EACCES\)$/);
    });
  });

  test("a directory where the database should be", async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, FILE));
    expect(await refusalOf(dataDir)).toBe(
      `the store ${join(dataDir, FILE)} cannot be written (unable to open database file)`,
    );
  });

  test("a file that is no database", async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, FILE), "not a database at all, but long enough to be looked at ".repeat(100));
    expect(await refusalOf(dataDir)).toMatch(
      /roomcast\.db is not a Roomcast store, or its first page is damaged$/,
    );
    expect(readFileSync(join(dataDir, FILE), "utf8")).toMatch(/^not a database at all/);
  });

  test("the database of another program, which is left as it was", async () => {
    const dataDir = temporaryFolder();
    const other = openFile(join(dataDir, FILE));
    other.exec("CREATE TABLE other (x)");
    other.close();
    const before = readFileSync(join(dataDir, FILE));
    expect(await refusalOf(dataDir)).toMatch(/roomcast\.db is not a Roomcast store$/);
    expect(readFileSync(join(dataDir, FILE)).equals(before)).toBe(true);
  });

  test("a store that a newer version wrote", async () => {
    const dataDir = await closedStore((file) => {
      const database = openFile(file);
      database.exec("PRAGMA user_version = 2");
      database.close();
    });
    expect(await refusalOf(dataDir)).toMatch(
      /was written by a newer Roomcast \(schema 2; this one knows 1\)$/,
    );
  });

  test("a store whose tables are damaged", async () => {
    const dataDir = await closedStore((file) => {
      const bytes = readFileSync(file);
      // Every page but the first, which says what kind of file it is.
      bytes.fill(0xff, 4_096);
      writeFileSync(file, bytes);
    });
    expect(await refusalOf(dataDir)).toMatch(/roomcast\.db is corrupt \(.+\)$/);
  });

  test("a file that was cut off", async () => {
    const dataDir = await closedStore((file) => writeFileSync(file, readFileSync(file).subarray(0, 5_000)));
    expect(await refusalOf(dataDir)).toMatch(/roomcast\.db is corrupt \(.+\)$/);
  });

  test("a WAL whose tail was cut off or torn loses the tail alone", async () => {
    const dataDir = temporaryFolder();
    const { log } = await openStore({ dataDir });
    for (const id of ["a", "b", "c"]) await append(log, draftOf("general", id));
    const wal = `${FILE}-wal`;
    const whole = readFileSync(join(copyAsAfterKill(dataDir), wal));
    for (const torn of [
      whole.subarray(0, -3_000),
      Buffer.concat([whole.subarray(0, -9), Buffer.alloc(9, 0xff)]),
    ]) {
      const copy = copyAsAfterKill(dataDir);
      writeFileSync(join(copy, wal), torn);
      const { events } = await read((await openStore({ dataDir: copy })).log, "general", {
        after: 0,
        limit: 9,
      });
      expect(events.map(({ id }) => id)).toEqual(["a", "b"]);
    }
  });

  test("flags that no thread can start with do not reach the writer", async () => {
    const program = `
      import { openSqliteStore } from ${JSON.stringify(new URL("sqlite-store.ts", import.meta.url).href)};
      import { NodeClock } from ${JSON.stringify(new URL("../../node-clock.ts", import.meta.url).href)};
      const [dataDir] = process.argv.slice(1);
      const opened = await openSqliteStore({ dataDir, clock: new NodeClock(), onFatal: console.error });
      await opened.value.close();`;
    const flags = ["--conditions=@roomcast/source", "--input-type=module", "--expose-gc", "-e", program];
    const child = spawn(process.execPath, [...flags, temporaryFolder()], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    expect(await once(child, "close")).toEqual([0, null]);
  });

  test("an empty file is as good as none", async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, FILE), "");
    expect(await refusalOf(dataDir)).toBe("opened");
  });

  test("a copy of a closed store is a store", async () => {
    const dataDir = await closedStore(() => undefined);
    const elsewhere = temporaryFolder();
    copyFileSync(join(dataDir, FILE), join(elsewhere, FILE));
    const { log } = await openStore({ dataDir: elsewhere });
    expect((await read(log, "general", { limit: 1 })).top).toBe(1);
  });
});

/** Root may write anywhere, so tests that run as root step down for a while. */
async function asNobody(run: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
