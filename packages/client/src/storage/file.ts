/**
 * Owns what a program in Node keeps of a client in one file. It is a SQLite database: whole after a kill and a power cut, and
 * locked by one client at a time.
 */
/// <reference types="node" />
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";

import type { ClientStorage, StoredClient, StoredPublish } from "./client-storage.ts";

/** A lock that is asked for by the first write is kept until the end; the file is no stronger than its flushes. */
const SETUP = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS publishes (
    number INTEGER PRIMARY KEY, room TEXT NOT NULL, id TEXT NOT NULL, publish TEXT NOT NULL, UNIQUE (room, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS client (number INTEGER PRIMARY KEY, resume TEXT) STRICT;
  COMMIT;`;

interface Group {
  readonly writes: (() => void)[];
  readonly done: Promise<void>;
}

class FileStorage implements ClientStorage {
  readonly #database: DatabaseSync;
  readonly #save: StatementSync;
  readonly #remove: StatementSync;
  readonly #keepResume: StatementSync;
  /** What was asked for since the last flush. */
  #group: Group | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#save = database.prepare(
      `INSERT INTO publishes (room, id, publish) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET publish = excluded.publish`,
    );
    this.#remove = database.prepare("DELETE FROM publishes WHERE room = ? AND id = ?");
    this.#keepResume = database.prepare("INSERT OR REPLACE INTO client (number, resume) VALUES (1, ?)");
  }

  async load(): Promise<StoredClient> {
    const resume = this.#database.prepare("SELECT resume FROM client").get()?.["resume"];
    const rows = this.#database.prepare("SELECT publish FROM publishes ORDER BY number").all();
    return {
      publishes: rows.map(({ publish }) => JSON.parse(String(publish)) as StoredPublish),
      ...(typeof resume === "string" && { resume }),
    };
  }

  save(publish: StoredPublish): Promise<void> {
    return this.#write(() => this.#save.run(publish.room, publish.id, JSON.stringify(publish)));
  }

  remove(room: string, id: string): Promise<void> {
    return this.#write(() => this.#remove.run(room, id));
  }

  keepResume(resume: string | undefined): Promise<void> {
    return this.#write(() => this.#keepResume.run(resume ?? null));
  }

  /** Writes what was asked for, and lets go of the file. */
  async close(): Promise<void> {
    await this.#group?.done;
    this.#database.close();
  }

  /** What is asked for within one turn is one flush. */
  #write(write: () => void): Promise<void> {
    const group = (this.#group ??= this.#gather());
    group.writes.push(write);
    return group.done;
  }

  #gather(): Group {
    const writes: (() => void)[] = [];
    const done = Promise.resolve().then(() => {
      this.#group = undefined;
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        for (const write of writes) write();
        this.#database.exec("COMMIT");
      } catch (error) {
        // A full disk has rolled back by itself.
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
    return { writes, done };
  }
}

export type { FileStorage };

/**
 * @param path of a file in a folder that is there; made, readable for its owner alone, where it is missing.
 * @throws what it is about the file: it is another client's at the moment, no database, or cannot be written.
 */
export function fileStorage(path: string): FileStorage {
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec(SETUP);
    return new FileStorage(database);
  } catch (error) {
    database.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the storage ${path} cannot be used: ${why}`, { cause: error });
  }
}
