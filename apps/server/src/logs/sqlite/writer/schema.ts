/** Owns the tables of the store and their version. */
import type { DatabaseSync } from "node:sqlite";

const SCHEMA_VERSION = 1;
/** "Room": tells our files from those of other programs. */
const APPLICATION_ID = 0x526f6f6d;

/**
 * Text that may hold any string (ids, users, names) is stored as JSON: node:sqlite turns half a surrogate pair into
 * U+FFFD, and older Nodes cut what they read at U+0000, so that two ids would become one.
 * The top of a room is not stored: it is that of its last event, or its floor when none is left.
 */
const TABLES = `
  CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL
  ) STRICT;

  -- One row: how the last run went about its writes, and whether it ended cleanly.
  CREATE TABLE last_run (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    clean INTEGER NOT NULL,
    durability TEXT NOT NULL,
    boot_id TEXT
  ) STRICT;

  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    incarnation INTEGER NOT NULL,
    floor INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE events (
    room INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    event TEXT NOT NULL,
    data TEXT NOT NULL,
    id TEXT NOT NULL,
    sender TEXT NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (room, offset)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE dedupe (
    room INTEGER NOT NULL,
    user TEXT NOT NULL,
    id TEXT NOT NULL,
    offset INTEGER NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (room, user, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dedupe_by_time ON dedupe (time);

  CREATE TABLE sessions (
    client_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    ended_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Came later: what a store is made without gets it on the next opening. */
const LATER_TABLES = `
  -- Rows of rooms that were removed, until what they leave behind is gone. The same name has a row of its own again.
  CREATE TABLE IF NOT EXISTS earlier_lives (
    name TEXT NOT NULL,
    id INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    PRIMARY KEY (name, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS sanctions (
    key TEXT PRIMARY KEY,
    sanction TEXT NOT NULL,
    ends_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sanctions_by_end ON sanctions (ends_at) WHERE ends_at IS NOT NULL;

  -- One row.
  CREATE TABLE IF NOT EXISTS store_mark (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    mark TEXT NOT NULL,
    time INTEGER NOT NULL
  ) STRICT;
`;

/**
 * The same of columns, which stand behind those of before. `total_bytes` is of all data of the room up to this event, so
 * that how much stands between two events is a subtraction: what an older server wrote weighs nothing.
 */
const LATER_COLUMNS = [
  ["events", "sequence"],
  ["events", "total_bytes"],
  ["rooms", "gone_sequence"],
] as const;

/** Why the file cannot be used: what stands after its name. Reads only. */
export function whyForeign(database: DatabaseSync): string | undefined {
  if (isEmpty(database)) return undefined;
  if (pragmaNumber(database, "application_id") !== APPLICATION_ID) return "is not a Roomcast store";
  const version = pragmaNumber(database, "user_version");
  if (version === SCHEMA_VERSION) return undefined;
  return `was written by a newer Roomcast (schema ${version}; this one knows ${SCHEMA_VERSION})`;
}

/** Inside a transaction, on a file that is not foreign. */
export function ensureTables(database: DatabaseSync): void {
  if (isEmpty(database)) database.exec(TABLES);
  database.exec(LATER_TABLES);
  for (const [table, column] of LATER_COLUMNS) {
    const columns = database.prepare(`PRAGMA table_info(${table})`).all();
    if (columns.some(({ name }) => name === column)) continue;
    database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} INTEGER NOT NULL DEFAULT 0`);
  }
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.["count"] === 0;
}

export function pragmaNumber(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
