/** Owns SQLite stores in temporary folders: what a test opens here is closed and removed when the test is over. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Clock } from "@roomcast/hub";
import { SUITE_TIME } from "@roomcast/hub/testing";
import { onTestFinished } from "vitest";

import { openSqliteStore } from "../src/logs/sqlite/sqlite-store.ts";
import type { SqliteStoreOptions } from "../src/logs/sqlite/store-options.ts";
import { Witness } from "../src/logs/sqlite/writer/witness.ts";
import { NodeClock } from "../src/node-clock.ts";
import type { Store } from "../src/store.ts";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "roomcast-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Turns of the real event loop, but a wall clock that stands still unless it is set, and no timers. */
export class StandingClock extends NodeClock {
  #now: number;

  constructor(now: number) {
    super();
    this.#now = now;
  }

  override now(): number {
    return this.#now;
  }

  override after(delayMs: number, run: () => void): ReturnType<Clock["after"]> {
    return delayMs === 0 ? super.after(0, run) : { cancel: () => undefined };
  }
}

/** At SUITE_TIME, unless told. @throws when the store cannot be opened, and makes the test fail when it ends in a fatal way that no one expects. */
export async function openStore(options: Partial<SqliteStoreOptions> = {}): Promise<Store> {
  const opened = await openSqliteStore({
    dataDir: temporaryFolder(),
    clock: new StandingClock(SUITE_TIME),
    onFatal: (sentence) => {
      throw new Error(sentence);
    },
    ...options,
  });
  if (!opened.ok) throw new Error(opened.error);
  onTestFinished(() => opened.value.close());
  return opened.value;
}

/**
 * What a kill would leave of a store in use, with a witness that takes it for the original. Copied by another process: this one would lose its locks on files that it
 * opens and closes beside SQLite.
 */
export function copyAsAfterKill(dataDir: string): string {
  const copy = temporaryFolder();
  execFileSync("cp", ["-r", `${dataDir}/.`, copy]);
  const file = join(copy, "roomcast.db");
  const { marks } = JSON.parse(readFileSync(`${file}-witness`, "utf8")) as { marks: string[] };
  new Witness(file).attest(...marks);
  return copy;
}
