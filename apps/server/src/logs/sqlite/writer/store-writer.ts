/** Owns the open store on the writer's side: groups, what has to be done between them, and the end. Knows no thread. */
import { rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

import type { Sanction } from "@roomcast/hub";
import type { Result } from "@roomcast/protocol";

import { checkpointWhole, durabilityOf, openDatabase, openingFault, setDurability } from "./database.ts";
import { FlushGate } from "./flush-gate.ts";
import { beginRun, endRun, type Generations } from "./generations.ts";
import { GroupCommit } from "./group-commit.ts";
import { Housekeeping } from "./housekeeping.ts";
import { faultOf } from "./sqlite-fault.ts";
import { StoreCopy } from "./store-copy.ts";
import { StoreFiles } from "./store-files.ts";
import { StoreMark } from "./store-mark.ts";
import { type Tables, tablesOf } from "./tables.ts";
import { type WalState, walState } from "./wal-damage.ts";
import { WalRoom } from "./wal-room.ts";
import { isFileError, Witness } from "./witness.ts";
import {
  type Answer,
  copyOf,
  type Failure,
  type Group,
  sizeOf,
  type TrimmedRoom,
  type WriterSettings,
} from "./writer-messages.ts";

/** A WAL of 32 MiB. The fewer checkpoints, the less work: a page that was changed often is then written once. */
const CHECKPOINT_PAGES = 8_000;
const PAGE_BYTES = 4_096;
const FRAME_HEADER_BYTES = 24;
/** A copy that was made before the last renewal is known for one. */
const RENEWAL_MS = 60 * 60 * 1000;

/**
 * The WAL does not tell its length, so it is counted from above: a page each in three trees per event, and its data; and one
 * for pages that are divided.
 */
const pagesOf = ({ drafts, sessions }: Group): number =>
  drafts.reduce(
    (pages, draft) => pages + 3 + Math.floor(sizeOf(draft) / PAGE_BYTES),
    1 + sessions.length * 2,
  );

export class StoreWriter {
  readonly generations: Generations;
  /** Of the last event that was there. */
  readonly sequence: number;
  /** As SQLite tells it, whatever was asked for. */
  readonly durability: WriterSettings["durability"];
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #tables: Tables;
  readonly #groups: GroupCommit;
  readonly #housekeeping: Housekeeping;
  readonly #mark: StoreMark;
  readonly #files: StoreFiles;
  readonly #walRoom: WalRoom;
  /** Of an earlier run. */
  readonly lastTime: number | undefined;
  #pagesInWal = 0;
  #copy: StoreCopy | undefined;

  private constructor(
    database: DatabaseSync,
    settings: WriterSettings,
    bootId: string | null,
    wal: WalState,
  ) {
    this.#database = database;
    this.#file = settings.file;
    this.#tables = tablesOf(database, settings.maxPageBytes);
    this.sequence = this.#tables.sequence.last;
    const { file, durability, now, gate } = settings;
    const { transaction, sessions } = this.#tables;
    this.#mark = new StoreMark(database, new Witness(file));
    this.lastTime = this.#mark.time;
    const isCopy = !this.#mark.isKnown;
    this.generations = beginRun(database, transaction, { durability, now, bootId, isCopy, wal });
    this.#mark.renew(Math.min(now, this.lastTime ?? now), (write) => {
      transaction.run(() => {
        // Who was kicked since the copy was made, or has another token by now, does not come back by what it holds.
        if (isCopy) sessions.removeAll();
        else sessions.endAll(now);
        write();
      });
      // Flushes all that an earlier run may have left in the page cache, then only may the level be lowered.
      checkpointWhole(database);
    });
    setDurability(database, durability);
    // Of a run that was killed while it made one.
    rmSync(copyOf(file), { force: true });
    this.#files = new StoreFiles(file);
    this.#walRoom = new WalRoom(file, CHECKPOINT_PAGES * (PAGE_BYTES + FRAME_HEADER_BYTES));
    this.durability = durabilityOf(database);
    this.#groups = new GroupCommit(this.#tables, gate && new FlushGate(gate));
    this.#housekeeping = new Housekeeping(this.#tables, settings);
  }

  /** The error is one sentence for the operator. */
  static open(settings: WriterSettings, bootId: string | null): Result<StoreWriter, string> {
    const wal = walState(`${settings.file}-wal`);
    const opened = openDatabase(settings.file);
    if (!opened.ok) return opened;
    try {
      return { ok: true, value: new StoreWriter(opened.value, settings, bootId, wal) };
    } catch (error) {
      opened.value.close();
      if (isFileError(error))
        return {
          ok: false,
          error: `the witness of the store ${settings.file} cannot be written (${error.code})`,
        };
      return { ok: false, error: openingFault(settings.file, error) };
    }
  }

  /** What is imposed on users. */
  get sanctions(): readonly Sanction[] {
    return this.#tables.sanctions.all();
  }

  /** Throws when a flush failed. @throws StoreGone */
  commit(group: Group): Answer {
    const answer = this.#groups.run(group);
    const { drafts, sessions } = group;
    const walBytes = drafts.length + sessions.length > 0 ? this.#files.check() : 0;
    // Not while a crowd comes, which would wait for it: it is for what is said then.
    if (drafts.length > 0) this.#walRoom.note(walBytes);
    if (answer.failure === undefined && drafts.length > 0) {
      this.#housekeeping.noteAppended(new Set(drafts.map(([room]) => room)));
    }
    // On a full disk the WAL may still find room in the database file, and then be written from its start.
    if (answer.failure === "storage_full") this.#pagesInWal = CHECKPOINT_PAGES;
    else this.#pagesInWal += pagesOf(group);
    return answer;
  }

  /** @param now a time that never runs ahead of what has passed. @throws StoreGone */
  tick(now: number): void {
    this.#files.check();
    this.#housekeeping.tick(now);
    if (now - (this.#mark.time ?? now) >= RENEWAL_MS) this.#renewMark(now);
  }

  get hasChores(): boolean {
    return this.#pagesInWal >= CHECKPOINT_PAGES || this.#walRoom.isShort || this.#housekeeping.isDue;
  }

  /**
   * One small piece of what can wait. Throws when a flush failed; any other fault is tried again later.
   * @returns which events went, if any
   */
  chore(): TrimmedRoom | undefined {
    try {
      if (this.#pagesInWal >= CHECKPOINT_PAGES) this.#checkpoint();
      else if (this.#walRoom.isShort) this.#walRoom.extend();
      else return this.#housekeeping.slice();
    } catch (error) {
      if (faultOf(error).kind === "flush") throw error;
    }
    return undefined;
  }

  get isCopying(): boolean {
    return this.#copy !== undefined;
  }

  /**
   * Into `copyOf` the file, while groups go on. The mark in it is not this store's any more when it is there: it is known for a copy
   * whatever it is put over. Throws when a flush failed. @returns why there is none
   */
  async copy(): Promise<Failure | undefined> {
    const to = copyOf(this.#file);
    this.#copy = new StoreCopy(this.#database, this.#file, to);
    const failure = await this.#copy.done;
    this.#copy = undefined;
    if (failure !== undefined || this.#renewMark(this.#mark.time ?? 0)) return failure;
    rmSync(to, { force: true });
    return "storage_unavailable";
  }

  /** Nothing may be closed before. */
  async stopCopying(): Promise<void> {
    await this.#copy?.stop();
  }

  /** A store that cannot take this last write counts as not cleanly shut down; what was acked is there all the same. */
  close(): void {
    try {
      setDurability(this.#database, "disk");
      this.#mark.renew(this.#mark.time ?? 0, (write) => {
        endRun(this.#database, this.#tables.transaction, write);
        checkpointWhole(this.#database);
      });
    } catch (error) {
      if (!isFileError(error)) faultOf(error);
    } finally {
      this.#database.close();
    }
  }

  /** Without it the present mark goes on being the one. Throws when a flush failed. @returns whether it is another now */
  #renewMark(now: number): boolean {
    try {
      this.#mark.renew(now, (write) => this.#tables.transaction.run(write));
      return true;
    } catch (error) {
      if (!isFileError(error) && faultOf(error).kind === "flush") throw error;
      return false;
    }
  }

  #checkpoint(): void {
    this.#pagesInWal = 0;
    this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }
}
