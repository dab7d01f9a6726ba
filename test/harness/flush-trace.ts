/**
 * Owns what strace saw of a server: when the bytes of an event went into the write-ahead log, when that was flushed, and
 * when a socket spoke of the event. Must not know why.
 */
import { readFileSync } from "node:fs";

const WAL = "roomcast.db-wal>";
const WRITES = new Set(["pwrite64", "write", "writev", "sendto", "sendmsg"]);
const FLUSHES = new Set(["fsync", "fdatasync"]);

/** The words that make strace run a program and follow all its threads; the program keeps the process that is started. */
export const straceTo = (strace: string, file: string): string[] => {
  const calls = [...WRITES, ...FLUSHES].join(",");
  return [strace, "-D", "-f", "-y", "-s", "5000", "-e", `trace=${calls}`, "-o", file];
};

export interface Spoken {
  readonly id: string;
  readonly type: "ack" | "event";
  /** The event was in the log, and the log had been flushed since, when the bytes left for the socket. */
  readonly flushed: boolean;
}

/** @param ids of events, none of which is within another. */
export function readFlushTrace(file: string, ids: readonly string[]): Spoken[] {
  const spoken: Spoken[] = [];
  const writtenAs = new Map<string, number>();
  /** By thread: how many writes a flush that is under way covers. */
  const flushing = new Map<string, number>();
  let writes = 0;
  let flushedWrites = 0;
  for (const line of readFileSync(file, "latin1").split("\n")) {
    const [, thread = "", resumed, call = resumed ?? ""] =
      /^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()/.exec(line) ?? [];
    if (FLUSHES.has(call)) {
      if (resumed === undefined && line.includes(WAL)) flushing.set(thread, writes);
      if (line.includes("= 0")) {
        flushedWrites = Math.max(flushedWrites, flushing.get(thread) ?? 0);
        flushing.delete(thread);
      }
    } else if (WRITES.has(call) && resumed === undefined) {
      const here = ids.filter((id) => line.includes(id));
      if (line.includes(WAL)) {
        writes += 1;
        for (const id of here) if (!writtenAs.has(id)) writtenAs.set(id, writes);
      } else if (line.includes("<socket:")) {
        for (const type of ["ack", "event"] as const) {
          if (!line.includes(`\\"type\\":\\"${type}\\"`)) continue;
          for (const id of here)
            spoken.push({ id, type, flushed: (writtenAs.get(id) ?? Infinity) <= flushedWrites });
        }
      }
    }
  }
  return spoken;
}
