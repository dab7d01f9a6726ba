/** Files that change under the store: copies that are put back, files that go while it is open, a clock that jumps. */
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { append, draftOf, read, RefusedError, remove, SUITE_TIME } from "@roomcast/hub/testing";
import { describe, expect, test } from "vitest";

import { copyAsAfterKill, openStore, StandingClock, temporaryFolder } from "../../../test/sqlite-stores.ts";
import { StoreGone } from "./writer/store-files.ts";
import { StoreWriter } from "./writer/store-writer.ts";

const FILE = "roomcast.db";
const DAY_MS = 24 * 60 * 60 * 1000;

const copy = (from: string, to: string): void => void execFileSync("cp", ["-r", `${from}/.`, to]);

/** The epoch that a reader of this store finds, and why it differs from that of `since`. */
async function reopened(dataDir: string, since: string) {
  const store = await openStore({ dataDir });
  const { log, findings } = store;
  const { epoch, top } = await read(log, "general", { limit: 0 });
  const why = epoch === since ? undefined : log.whyChanged(since, epoch);
  await store.close();
  return { epoch, top, why, findings };
}

/** A store with `events` events that was closed; a copy of its folder as it was after the first. */
async function used(events: number) {
  const dataDir = temporaryFolder();
  const backup = temporaryFolder();
  let epoch = "";
  for (let event = 1; event <= events; event += 1) {
    const store = await openStore({ dataDir });
    epoch = (await append(store.log, draftOf("general", `id-${event}`))).position.epoch;
    await store.close();
    if (event === 1) copy(dataDir, backup);
  }
  return { dataDir, backup, epoch };
}

describe("L-COPY", () => {
  test("a store that was only closed, once or often, goes on in its epoch and has nothing to tell", async () => {
    const { dataDir, epoch } = await used(3);
    expect(await reopened(dataDir, epoch)).toEqual({ epoch, top: 3, why: undefined, findings: [] });
  });

  test.each([
    ["written over the store, in the same file", (at: string, backup: string) => copyFile(at, backup)],
    [
      "put in the place of the store",
      (at: string, backup: string) => {
        rmSync(join(at, FILE));
        copyFile(at, backup);
      },
    ],
    [
      "with everything that was beside it",
      (at: string, backup: string) => {
        rmSync(at, { recursive: true });
        execFileSync("cp", ["-r", backup, at]);
      },
    ],
    [
      "from a disk that was rolled back, as the operator has told by deleting the witness",
      (at: string) => rmSync(join(at, `${FILE}-witness`)),
    ],
    ["beside a witness that cannot be read", (at: string) => writeFileSync(join(at, `${FILE}-witness`), "{")],
  ])("a copy %s begins a new epoch, and readers of the old one have lost its tail", async (_, putBack) => {
    const { dataDir, backup, epoch } = await used(3);
    putBack(dataDir, backup);
    const after = await reopened(dataDir, epoch);
    expect(after.why).toBe("store_lost_tail");
    expect(after.findings).toEqual([expect.stringContaining("a copy that was put back")]);
    expect(await reopened(dataDir, after.epoch)).toMatchObject({ why: undefined, findings: [] });
  });

  test("a copy of a store in use is known for one once that store was closed", async () => {
    const dataDir = temporaryFolder();
    const backup = temporaryFolder();
    const store = await openStore({ dataDir });
    await append(store.log, draftOf("general", "a"));
    copy(dataDir, backup);
    const { position } = await append(store.log, draftOf("general", "b"));
    await store.close();
    for (const file of [FILE, `${FILE}-wal`]) execFileSync("cp", [join(backup, file), join(dataDir, file)]);
    const after = await reopened(dataDir, position.epoch);
    expect(after).toMatchObject({ top: 1, why: "store_lost_tail" });
    expect(after.findings).toHaveLength(2);
  });

  const copyFile = (at: string, backup: string): void =>
    void execFileSync("cp", [join(backup, FILE), join(at, FILE)]);
});

describe("L-WAL", () => {
  /** Killed after five events, each a transaction of its own; then somebody does this to its log. */
  async function damaged(harm: (wal: string) => void) {
    const dataDir = temporaryFolder();
    const { log } = await openStore({ dataDir });
    for (const id of ["a", "b", "c", "d", "e"]) await append(log, draftOf("general", id));
    const { epoch } = await read(log, "general", { limit: 0 });
    const killed = copyAsAfterKill(dataDir);
    harm(join(killed, `${FILE}-wal`));
    return reopened(killed, epoch);
  }

  test("what a kill leaves is whole", async () => {
    expect(await damaged(() => undefined)).toMatchObject({ top: 5, why: undefined });
  });

  test("a log that is damaged before its end, or gone, has lost what was acknowledged: a new epoch says so", async () => {
    const broken = await damaged((wal) => {
      const bytes = readFileSync(wal);
      bytes.writeUInt8(bytes.readUInt8(4_000) ^ 1, 4_000);
      writeFileSync(wal, bytes);
    });
    expect(broken.top).toBeLessThan(5);
    expect(broken.why).toBe("store_lost_tail");
    expect(broken.findings).toContainEqual(expect.stringContaining("write-ahead log is damaged"));
    const gone = await damaged((wal) => rmSync(wal));
    expect(gone).toMatchObject({ top: 0, why: "store_lost_tail" });
    expect(gone.findings).toContainEqual(expect.stringContaining("write-ahead log is gone"));
  });

  test("one transaction that is not whole is what a crash leaves", async () => {
    const torn = await damaged((wal) => {
      const bytes = readFileSync(wal);
      // Behind the log lie zeros.
      const at = bytes.findLastIndex((byte) => byte !== 0);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(wal, bytes);
    });
    expect(torn).toMatchObject({ top: 4, why: undefined });
  });
});

describe("L-GONE", () => {
  test.each([
    ["the store is deleted", (at: string) => rmSync(join(at, FILE))],
    ["its log is deleted", (at: string) => rmSync(join(at, `${FILE}-wal`))],
    ["its folder is moved away", (at: string) => renameSync(at, `${at}-moved`)],
    [
      "another is put in its place",
      (at: string) => {
        writeFileSync(join(at, "other"), readFileSync(join(at, FILE)));
        renameSync(join(at, "other"), join(at, FILE));
      },
    ],
  ])("when %s, nothing more is acknowledged, and the process is told to end", async (_, harm) => {
    const dataDir = join(temporaryFolder(), "data");
    let fatal = "";
    const { log } = await openStore({ dataDir, onFatal: (sentence) => (fatal = sentence) });
    await append(log, draftOf("general", "a"));
    harm(dataDir);
    await expect(append(log, draftOf("general", "b"))).rejects.toThrow(RefusedError);
    await expect(remove(log, "general")).rejects.toThrow(RefusedError);
    expect(fatal).toContain("removed or replaced while the server used it");
  });

  test("a store that nobody writes to finds out at its next look", () => {
    const file = join(temporaryFolder(), FILE);
    const settings = {
      historyEvents: 9,
      historyBytes: Infinity,
      historyDays: 9,
      resumeWindowMs: 9,
      maxPageBytes: 9,
      now: 0,
      gate: undefined,
    };
    writeFileSync(file, "");
    const writer = StoreWriter.open({ ...settings, file, durability: "disk" }, null);
    if (!writer.ok) throw new Error(writer.error);
    writer.value.tick(1);
    rmSync(file);
    expect(() => writer.value.tick(2)).toThrow(StoreGone);
    writer.value.close();
  });
});

describe("T27", () => {
  test("a clock that is 25 hours or 31 days ahead, at the start or while it runs, makes the store forget nothing", async () => {
    const dataDir = temporaryFolder();
    const clock = new JumpingClock(SUITE_TIME);
    const first = await openStore({ dataDir, clock });
    await append(first.log, draftOf("general", "a"));
    for (const days of [25 / 24, 31]) {
      clock.ahead = days * DAY_MS;
      await look(first.log, clock);
    }
    await first.close();
    const second = await openStore({ dataDir, clock });
    await look(second.log, clock);
    expect(await append(second.log, draftOf("general", "a"))).toMatchObject({ duplicate: true });
    expect(await read(second.log, "general", { limit: 9 })).toMatchObject({ floor: 0, top: 2 });
    await second.close();
  });

  /** The store looks for what has expired, and is through. */
  async function look(log: Parameters<typeof append>[0], clock: JumpingClock): Promise<void> {
    clock.minutePassed();
    for (let turn = 0; turn < 20; turn += 1) await read(log, "general", { limit: 0 });
    await append(log, draftOf("general", "b"));
  }
});

class JumpingClock extends StandingClock {
  ahead = 0;
  #run: (() => void) | undefined;

  override now(): number {
    return super.now() + this.ahead;
  }

  override monotonicMs(): number {
    return 0;
  }

  override after(_: number, run: () => void): { cancel: () => void } {
    this.#run = run;
    return { cancel: () => undefined };
  }

  minutePassed(): void {
    this.#run?.();
  }
}
