/** Owns the open store on the writer's side: groups, what has to be done between them, and the end. Knows no thread. */
import type { DatabaseSync } from "node:sqlite";

import type { Result } from "@roomcast/protocol";

import { checkpointWhole, durabilityOf, openDatabase, openingFault, setDurability } from "./database.ts";
import { FlushGate } from "./flush-gate.ts";
import { beginRun, endRun, type Generations } from "./generations.ts";
import { GroupCommit } from "./group-commit.ts";
import { Housekeeping } from "./housekeeping.ts";
import { faultOf } from "./sqlite-fault.ts";
import { type Tables, tablesOf } from "./tables.ts";
import { type Answer, type Group, sizeOf, type WriterSettings } from "./writer-messages.ts";

/** A WAL of 32 MiB. The fewer checkpoints, the less work: a page that was changed often is then written once. */
const CHECKPOINT_PAGES = 8_000;
const PAGE_BYTES = 4_096;

/** The WAL does not tell its length, so it is counted from above: a page each in three trees per event, and its data. */
const pagesOf = ({ drafts, sessions }: Group): number =>
  drafts.reduce((pages, draft) => pages + 3 + Math.floor(sizeOf(draft) / PAGE_BYTES), sessions.length * 2);

export class StoreWriter {
  readonly generations: Generations;
  /** As SQLite tells it, whatever was asked for. */
  readonly durability: WriterSettings["durability"];
  readonly #database: DatabaseSync;
  readonly #tables: Tables;
  readonly #groups: GroupCommit;
  readonly #housekeeping: Housekeeping;
  #pagesInWal = 0;

  private constructor(database: DatabaseSync, settings: WriterSettings, bootId: string | null) {
    this.#database = database;
    this.#tables = tablesOf(database, settings.maxPageBytes);
    const { durability, now, gate } = settings;
    this.generations = beginRun(database, this.#tables.transaction, { durability, now, bootId });
    this.#tables.transaction.run(() => this.#tables.sessions.endAll(now));
    // Flushes all that an earlier run may have left in the page cache, then only may the level be lowered.
    checkpointWhole(database);
    setDurability(database, durability);
    this.durability = durabilityOf(database);
    this.#groups = new GroupCommit(this.#tables, gate && new FlushGate(gate));
    this.#housekeeping = new Housekeeping(this.#tables, settings);
  }

  /** The error is one sentence for the operator. */
  static open(settings: WriterSettings, bootId: string | null): Result<StoreWriter, string> {
    const opened = openDatabase(settings.file);
    if (!opened.ok) return opened;
    try {
      return { ok: true, value: new StoreWriter(opened.value, settings, bootId) };
    } catch (error) {
      opened.value.close();
      return { ok: false, error: openingFault(settings.file, error) };
    }
  }

  /** Throws when a flush failed. */
  commit(group: Group): Answer {
    const answer = this.#groups.run(group);
    if (answer.failure === undefined && group.drafts.length > 0) {
      this.#housekeeping.noteAppended(new Set(group.drafts.map(([room]) => room)));
    }
    // On a full disk the WAL may still find room in the database file, and then be written from its start.
    if (answer.failure === "storage_full") this.#pagesInWal = CHECKPOINT_PAGES;
    else this.#pagesInWal += pagesOf(group);
    return answer;
  }

  tick(now: number): void {
    this.#housekeeping.tick(now);
  }

  get hasChores(): boolean {
    return this.#pagesInWal >= CHECKPOINT_PAGES || this.#housekeeping.isDue;
  }

  /** One small piece of what can wait. Throws when a flush failed; any other fault is tried again later. */
  chore(): void {
    try {
      if (this.#pagesInWal >= CHECKPOINT_PAGES) this.#checkpoint();
      else this.#housekeeping.slice();
    } catch (error) {
      if (faultOf(error).kind === "flush") throw error;
    }
  }

  /** A store that cannot take this last write counts as not cleanly shut down; what was acked is there all the same. */
  close(): void {
    try {
      setDurability(this.#database, "disk");
      endRun(this.#database, this.#tables.transaction);
      checkpointWhole(this.#database);
    } catch (error) {
      faultOf(error);
    } finally {
      this.#database.close();
    }
  }

  #checkpoint(): void {
    this.#pagesInWal = 0;
    this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }
}
