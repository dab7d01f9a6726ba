import { readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { read } from "@roomcast/hub/testing";
import { MAX_PAGE_BYTES } from "@roomcast/protocol";
import { describe, expect, onTestFinished, test } from "vitest";

import { copyAsAfterKill, openStore, temporaryFolder } from "../../../../test/sqlite-stores.ts";
import type { SessionCells } from "./session-cells.ts";
import { StoreWriter } from "./store-writer.ts";
import { WalRoom } from "./wal-room.ts";
import type { RoomWrite } from "./writer-messages.ts";

const WAL = "roomcast.db-wal";
const MIB = 1024 * 1024;

function openWriter() {
  const dataDir = temporaryFolder();
  const file = join(dataDir, "roomcast.db");
  const opened = StoreWriter.open(
    {
      ...{ file, durability: "disk", now: 1, gate: undefined, maxPageBytes: MAX_PAGE_BYTES },
      ...{ historyEvents: 10_000, historyBytes: 64 * MIB, historyDays: 30, resumeWindowMs: 1_000 },
    },
    null,
  );
  if (!opened.ok) throw new Error(opened.error);
  const writer = opened.value;
  onTestFinished(() => writer.close());
  let count = 0;
  const commit = (): void => {
    count += 1;
    const draft: RoomWrite = ["general", "message", '"hi"', `id-${count}`, null, "ada", "Ada", count];
    writer.commit({ kind: "group", drafts: [draft], sessions: [], reads: [], finds: [] });
  };
  const walBytes = (): number => statSync(join(dataDir, WAL)).size;
  return { writer, commit, commits: () => count, walBytes, dataDir };
}

describe("L-AHEAD", () => {
  test("once it is in use it is made as long as it will be, step by step, and commits find it so", () => {
    const { writer, commit, walBytes } = openWriter();
    while (walBytes() < MIB) {
      expect(writer.hasChores).toBe(false);
      commit();
    }
    const steps: number[] = [];
    for (let before = walBytes(); writer.hasChores; before = walBytes()) {
      writer.chore();
      steps.push(walBytes() - before);
      commit();
    }
    expect(steps).toEqual(Array.from({ length: 31 }, () => MIB));
    const made = walBytes();
    for (let count = 0; count < 500; count += 1) commit();
    expect([walBytes(), writer.hasChores]).toEqual([made, false]);
  });

  test("not by those who come, before anything is said", () => {
    const { writer, commit, walBytes } = openWriter();
    for (let count = 0; walBytes() < MIB; count += 1) {
      const cells: SessionCells = [`client-${count}`, "{}", null];
      writer.commit({ kind: "group", drafts: [], sessions: [{ kind: "save", cells }], reads: [], finds: [] });
    }
    expect(writer.hasChores).toBe(false);
    commit();
    expect(writer.hasChores).toBe(true);
  });

  test("after kill -9 the zeros are the end of the log, and nothing was lost", async () => {
    const { writer, commit, commits, walBytes, dataDir } = openWriter();
    while (walBytes() < MIB) commit();
    while (writer.hasChores) writer.chore();
    commit();
    const killed = copyAsAfterKill(dataDir);
    expect(
      readFileSync(join(killed, WAL))
        .subarray(-MIB)
        .some((byte) => byte !== 0),
    ).toBe(false);
    const { log, findings } = await openStore({ dataDir: killed });
    expect(await read(log, "general", { limit: 0 })).toMatchObject({ top: commits() });
    expect(findings).toEqual([expect.stringContaining("was not closed")]);
  });

  /** The log's file is that device. */
  function roomOn(device: string): WalRoom {
    const folder = temporaryFolder();
    symlinkSync(device, join(folder, WAL));
    const room = new WalRoom(join(folder, "roomcast.db"), 32 * MIB);
    room.note(MIB);
    return room;
  }

  test("where there is no space for it, the log goes on without", () => {
    const room = roomOn("/dev/full");
    expect(room.isShort).toBe(true);
    room.extend();
    expect(room.isShort).toBe(false);
    room.note(MIB);
    expect(room.isShort).toBe(false);
  });

  test("a flush of it that fails is a failed flush", () => {
    const room = roomOn("/dev/null");
    expect(() => {
      room.extend();
    }).toThrow(expect.objectContaining({ syscall: "fsync" }));
  });
});
