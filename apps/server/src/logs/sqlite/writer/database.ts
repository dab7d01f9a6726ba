/** Owns how the database file is opened: alone, in WAL mode, with the flushes that its durability asks for. */
import type { DatabaseSync } from "node:sqlite";

import type { Result } from "@roomcast/protocol";

import { ensureTables, pragmaNumber, whyForeign } from "./schema.ts";
import { openFile } from "./sqlite-driver.ts";
import { familyOf, RESULT, resultCode } from "./sqlite-fault.ts";
import type { WriterSettings } from "./writer-messages.ts";

/** Between checkpoints that the writer starts by itself when it has time; SQLite's own is the net below, in pages. */
const AUTO_CHECKPOINT_PAGES = 16_384;
const MAX_WAL_BYTES = 64 * 1024 * 1024;
const CACHE_KIB = 16 * 1024;

/** `PRAGMA synchronous` of each durability, as a number and as SQLite reads it back. */
const SYNCHRONOUS = { process: 1, disk: 2 } as const;

/** Two servers that start at once can keep each other out; then one of them must come again before the other. */
const LOCK_ATTEMPTS = 4;
const MAX_LOCK_PAUSE_MS = 100;

/** The error is one sentence for the operator. The database is at `disk` until `setDurability`. */
export function openDatabase(file: string): Result<DatabaseSync, string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return openOnce(file);
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || resultCode(error) !== RESULT.busy) {
        return { ok: false, error: openingFault(file, error) };
      }
      sleep(Math.random() * MAX_LOCK_PAUSE_MS);
    }
  }
}

/** Throws as node:sqlite does. */
function openOnce(file: string): Result<DatabaseSync, string> {
  const database = openFile(file);
  try {
    // Exclusive before WAL: then there is no shared-memory file, and a second opener is refused by SQLite itself.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    const unusable = whyForeign(database) ?? setUp(database);
    if (unusable === undefined) return { ok: true, value: database };
    database.close();
    return { ok: false, error: `${file} ${unusable}` };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Blocks the thread, which has nothing else to do. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);
}

/** Returns why the file cannot be used after all: what stands after its name. */
function setUp(database: DatabaseSync): string | undefined {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${AUTO_CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${MAX_WAL_BYTES};
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = MEMORY;
  `);
  // The lock is taken by the first write, not by the pragma.
  database.exec("BEGIN IMMEDIATE");
  ensureTables(database);
  database.exec("COMMIT");
  return notAsAsked(database);
}

function notAsAsked(database: DatabaseSync): string | undefined {
  const asked = [
    ["locking_mode", "exclusive"],
    ["journal_mode", "wal"],
    ["synchronous", SYNCHRONOUS.disk],
  ] as const;
  for (const [name, value] of asked) {
    const actual = database.prepare(`PRAGMA ${name}`).get()?.[name];
    if (actual !== value)
      return `cannot be used: SQLite keeps ${name} at ${String(actual)} instead of ${value}`;
  }
  return undefined;
}

/** Throws when SQLite does not take it: a promise about acks would be false. */
export function setDurability(database: DatabaseSync, durability: WriterSettings["durability"]): void {
  database.exec(`PRAGMA synchronous = ${SYNCHRONOUS[durability]}`);
  if (durabilityOf(database) !== durability) throw new Error(`SQLite did not go to ${durability}`);
}

/** As SQLite tells it. */
export const durabilityOf = (database: DatabaseSync): WriterSettings["durability"] =>
  pragmaNumber(database, "synchronous") >= SYNCHRONOUS.disk ? "disk" : "process";

/** Moves everything from the WAL into the database file, flushes both and empties the WAL. */
export function checkpointWhole(database: DatabaseSync): void {
  const busy = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"];
  if (busy !== 0) throw new Error("the only connection is in its own way");
}

/** Why a store cannot be opened, for the operator. Throws what is no error of SQLite. */
export function openingFault(file: string, error: unknown): string {
  const code = resultCode(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  switch (familyOf(code)) {
    case RESULT.busy:
    case RESULT.locked:
      return `another server uses the store ${file}: end it, or give this one another ROOMCAST_DATA_DIR`;
    case RESULT.notADatabase:
      return `${file} is not a Roomcast store, or its first page is damaged`;
    case RESULT.corrupt:
      return `${file} is corrupt (${error.message})`;
    case RESULT.full:
      return `there is no space left for the store ${file}`;
    case RESULT.readOnly:
    case RESULT.cannotOpen:
    case RESULT.permission:
      return `the store ${file} cannot be written (${error.message})`;
    default:
      return `the store ${file} cannot be opened (${error.message})`;
  }
}
