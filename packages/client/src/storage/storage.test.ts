/** The storages that need no browser, by the rules of all; IndexedDB passes the same rules in test/. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";

import { MemoryStorage } from "../testing/memory-storage.ts";
import { fileStorage } from "./file.ts";
import { STORAGE_RULES } from "./storage-rules.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "roomcast-"));
  folders.push(folder);
  return join(folder, "client.db");
}

describe("in memory", () => {
  for (const { name, observe, expected } of STORAGE_RULES)
    test(name, async () => {
      const storage = new MemoryStorage();
      expect(await observe(async () => storage)).toEqual(expected);
    });
});

describe("in a file", () => {
  for (const { name, observe, expected } of STORAGE_RULES)
    test(name, async () => {
      const path = newFile();
      let life: ReturnType<typeof fileStorage> | undefined;
      const observed = await observe(async () => {
        await life?.close();
        return (life = fileStorage(path));
      });
      await life?.close();
      expect(observed).toEqual(expected);
    });

  test("C-KEPT one client at a time, and the file is its owner's alone", async () => {
    const path = newFile();
    const first = fileStorage(path);
    expect(() => fileStorage(path)).toThrow(`the storage ${path} cannot be used: database is locked`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await first.close();
    await fileStorage(path).close();
  });

  test("C-KEPT a file of another kind is left as it is", () => {
    const path = newFile();
    writeFileSync(path, "dear diary, today I was no database at all".repeat(10));
    expect(() => fileStorage(path)).toThrow(/not a database/);
  });
});
