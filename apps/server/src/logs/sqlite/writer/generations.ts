/**
 * Owns the generation of the store: the part of an epoch that changes when acknowledged events may have been lost, or
 * when the store was made anew.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

import type { Transaction } from "./transaction.ts";
import type { WalState } from "./wal-damage.ts";
import type { WriterSettings } from "./writer-messages.ts";

export interface Generations {
  readonly present: string;
  /** Under which this store had events before, some of which were lost. */
  readonly earlier: readonly string[];
  /** What the last run has left, a sentence each for the operator. */
  readonly findings: readonly string[];
}

export interface Start {
  /** The store is not the one that was used here last, as far as can be seen: a copy was put back, or it was moved. */
  readonly isCopy: boolean;
  /** Before SQLite opened it. */
  readonly wal: WalState;
  readonly durability: WriterSettings["durability"];
  /** Wall clock, ms since 1970. */
  readonly now: number;
  /** The same for as long as the machine runs; null where the system does not tell. */
  readonly bootId: string | null;
}

interface LastRun {
  readonly clean: 0 | 1;
  readonly durability: WriterSettings["durability"];
  readonly boot_id: string | null;
}

/**
 * Begins a run: decides whether the generation goes on, and marks the store as in use. Must be committed with a flush,
 * whatever the durability: the mark has to be there after a power cut.
 */
export function beginRun(database: DatabaseSync, transaction: Transaction, start: Start): Generations {
  return transaction.run(() => {
    const last = database.prepare("SELECT clean, durability, boot_id FROM last_run").get() as
      LastRun | undefined;
    const why = last && whyTailMayBeLost(last, start);
    if (last === undefined || why !== undefined) {
      const name = randomBytes(12).toString("base64url");
      database.prepare("INSERT INTO generations (name, made_at) VALUES (?, ?)").run(name, start.now);
    }
    database
      .prepare("INSERT OR REPLACE INTO last_run (one, clean, durability, boot_id) VALUES (1, 0, ?, ?)")
      .run(start.durability, start.bootId);
    const names = database.prepare("SELECT name FROM generations ORDER BY number DESC").all();
    const [present, ...earlier] = names.map((row) => String(row["name"]));
    if (present === undefined) throw new Error("a store without a generation");
    return { present, earlier, findings: findingsOf(last, why) };
  });
}

/** Must be committed with a flush, and be the last write of all. @param last what is to be written with it. */
export function endRun(database: DatabaseSync, transaction: Transaction, last: () => void): void {
  transaction.run(() => {
    database.exec("UPDATE last_run SET clean = 1");
    last();
  });
}

function whyTailMayBeLost(last: LastRun, { isCopy, bootId, wal }: Start): string | undefined {
  if (isCopy) return "it is a copy that was put back, or was moved";
  if (wal === "damaged") return "its write-ahead log is damaged";
  if (last.clean === 0 && wal === "missing") return "its write-ahead log is gone";
  if (last.clean === 1 || last.durability === "disk") return undefined;
  // At `process` the page cache outlives a killed process, but not the machine's reboot.
  if (bootId !== null && bootId === last.boot_id) return undefined;
  return "it was written at the durability `process`, and the machine was started anew since";
}

function findingsOf(last: LastRun | undefined, why: string | undefined): string[] {
  const findings: string[] = [];
  if (last?.clean === 0)
    findings.push(
      "the store was not closed by the server that used it last: it was killed, or the machine went down",
    );
  if (why !== undefined)
    findings.push(`the store may lack what it had acknowledged last (${why}): every client is told of a gap`);
  return findings;
}

/** Linux alone tells it without a program being started. */
export function readBootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}
