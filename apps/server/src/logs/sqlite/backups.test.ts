/** Backups of a store in use: what is in them, what the store they are put back into knows of it, and what becomes of one that is not finished. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { append, appendAll, draftOf, read } from "@roomcast/hub/testing";
import { JsonText, ok } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import { copyAsAfterKill, openStore, temporaryFolder } from "../../../test/sqlite-stores.ts";
import type { Store } from "../../store.ts";
import { checkStore } from "./check-store.ts";

const FILE = "roomcast.db";

async function backUp(store: Store): Promise<FileHandle> {
  const made = await store.backup();
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

async function keep(backup: FileHandle, file: string): Promise<void> {
  await writeFile(file, backup.createReadStream());
}

/** In the place of a store, or where there is none yet. */
async function putBack(backup: FileHandle, dataDir = temporaryFolder()): Promise<string> {
  await keep(backup, join(dataDir, FILE));
  return dataDir;
}

/** Until that is there, one group behind the other. @returns how many were acked */
async function publishUntil(there: Promise<unknown>, store: Store): Promise<number> {
  const ended = new AbortController();
  void there.then(() => ended.abort());
  let count = 0;
  while (!ended.signal.aborted) {
    await appendAll(store.log, [draftOf("general", `live-${count}`), draftOf("other", `live-${count}`)]);
    count += 1;
  }
  return count;
}

const filled = async (dataDir = temporaryFolder()): Promise<Store> => {
  const store = await openStore({ dataDir });
  const data = new JsonText(JSON.stringify("x".repeat(3_000)));
  for (let group = 0; group < 10; group += 1)
    await appendAll(
      store.log,
      Array.from({ length: 300 }, (_, index) => draftOf("large", `${group}-${index}`, { data })),
    );
  return store;
};

describe("L-BACKUP", () => {
  test("while it is made the store takes what is published; what was acked before is in it, and what it has is whole", async () => {
    const dataDir = temporaryFolder();
    const store = await filled(dataDir);
    await append(store.log, draftOf("general", "before"));
    const made = backUp(store);
    const during = await publishUntil(made, store);
    const backup = await made;
    expect(during).toBeGreaterThan(0);
    expect(readdirSync(dataDir).sort()).toEqual([FILE, `${FILE}-wal`, `${FILE}-witness`]);
    const restored = await openStore({ dataDir: await putBack(backup) });
    expect((await read(restored.log, "large", { limit: 0 })).top).toBe(3_000);
    const general = await read(restored.log, "general", { after: 0, limit: 100_000 });
    const other = await read(restored.log, "other", { limit: 0 });
    expect([general.floor, general.top]).toEqual([0, other.top + 1]);
    expect(general.events.map(({ offset }) => offset)).toEqual(general.events.map((_, index) => index + 1));
    expect(general.events[0]?.id).toBe("before");
    // The store itself has all of it, and goes on where it was.
    expect(await append(store.log, draftOf("general", "after"))).toMatchObject({
      position: { offset: during + 2 },
    });
  });

  test("put back, even into the file that the store was in, even within the hour of a kill, it begins a new epoch", async () => {
    const dataDir = temporaryFolder();
    const store = await openStore({ dataDir });
    await append(store.log, draftOf("general", "a"));
    const backup = await backUp(store);
    const { position } = await append(store.log, draftOf("general", "b"));
    const killed = copyAsAfterKill(dataDir);
    rmSync(join(killed, `${FILE}-wal`));
    await putBack(backup, killed);
    const restored = await openStore({ dataDir: killed });
    const { epoch, top } = await read(restored.log, "general", { limit: 0 });
    expect(top).toBe(1);
    expect(epoch).not.toBe(position.epoch);
    expect(restored.log.whyChanged(position.epoch, epoch)).toBe("store_lost_tail");
    expect(restored.findings).toContainEqual(expect.stringContaining("a copy that was put back"));
  });

  test("the store that it was made of stays what it is: the next start has nothing to tell", async () => {
    const dataDir = temporaryFolder();
    const store = await openStore({ dataDir });
    const { position } = await append(store.log, draftOf("general", "a"));
    await (await backUp(store)).close();
    await store.close();
    const again = await openStore({ dataDir });
    expect(again.findings).toEqual([]);
    expect((await read(again.log, "general", { limit: 0 })).epoch).toBe(position.epoch);
  });

  test("no session comes back by it", async () => {
    const store = await openStore();
    const session = { clientId: "c", user: null, name: "", rooms: [], usedSecret: "u", nextSecret: "n" };
    expect(await store.sessions.save({ ...session, endedAt: null })).toEqual(ok(undefined));
    const restored = await openStore({ dataDir: await putBack(await backUp(store)) });
    expect(await restored.sessions.find("c")).toBeUndefined();
    expect(await store.sessions.find("c")).toMatchObject({ clientId: "c" });
  });

  test("one at a time; a second is told to come later, and the next is made", async () => {
    const store = await filled();
    const first = backUp(store);
    expect(await store.backup()).toMatchObject({ ok: false, error: { code: "overloaded" } });
    await (await first).close();
    await (await backUp(store)).close();
  });

  test("a store that is closed meanwhile is closed as ever, and no backup is left of it", async () => {
    const dataDir = temporaryFolder();
    const store = await filled(dataDir);
    const backup = store.backup();
    await store.close();
    expect(await backup).toMatchObject({ ok: false, error: { code: "storage_unavailable" } });
    expect(await store.backup()).toMatchObject({ ok: false, error: { code: "storage_unavailable" } });
    expect(readdirSync(dataDir).sort()).toEqual([FILE, `${FILE}-witness`]);
    expect((await openStore({ dataDir })).findings).toEqual([]);
  });

  test("what a server that was killed has left of one goes with the next start", async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, `${FILE}-copy`), "half of it");
    await openStore({ dataDir });
    expect(readdirSync(dataDir)).not.toContain(`${FILE}-copy`);
  });

  test("looked through, it is told from what is damaged, empty or something else", async () => {
    const store = await filled();
    const file = join(temporaryFolder(), "backup");
    await keep(await backUp(store), file);
    expect(checkStore(file)).toEqual(ok({ rooms: 1, events: 3_000 }));
    const spoilt = (name: string, bytes: Buffer): unknown => {
      const other = `${file}-${name}`;
      writeFileSync(other, bytes);
      return checkStore(other);
    };
    const bytes = readFileSync(file);
    expect(spoilt("cut", bytes.subarray(0, bytes.length / 2))).toMatchObject({ ok: false });
    expect(spoilt("empty", Buffer.alloc(0))).toMatchObject({ error: expect.stringContaining("is empty") });
    expect(spoilt("text", Buffer.from("not a database, but long enough to be one".repeat(40)))).toMatchObject(
      { error: expect.stringContaining("is not a Roomcast store") },
    );
    bytes.fill(7, 200 * 4_096, 201 * 4_096);
    expect(spoilt("bad", bytes)).toMatchObject({ ok: false });
  });
});
