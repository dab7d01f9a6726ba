/** Owns how entries become rows to look at: day dividers, and consecutive messages of one author under one head. */
import { startOfDay } from "./format.ts";
import type { ActivityEntry, AwayEntry, Entry, GapEntry, MessageEntry } from "./entry.ts";

export interface DayRow {
  readonly kind: "day";
  readonly key: string;
  /** When it began. */
  readonly time: number;
}

export interface MessageRow {
  readonly kind: "message";
  readonly key: string;
  readonly entry: MessageEntry;
  /** The first of its author's run, which shows who and when. */
  readonly isHead: boolean;
}

export type Row = DayRow | MessageRow | ActivityEntry | GapEntry | AwayEntry;

/** Two messages further apart than this are two runs. */
const RUN_MS = 5 * 60_000;

/** @param dayOf gives the beginning of a time's day, in the reader's own time zone. */
export function rowsOf(entries: readonly Entry[], dayOf: (time: number) => number = startOfDay): Row[] {
  const rows: Row[] = [];
  let day = -Infinity;
  let above: MessageEntry | undefined;
  for (const entry of entries) {
    const entryDay = "time" in entry ? dayOf(entry.time) : day;
    // Never back to a day that is over: what the server has not stamped has this machine's time, and clocks differ.
    if (entryDay > day) {
      rows.push({ kind: "day", key: `day ${entryDay}`, time: entryDay });
      day = entryDay;
      above = undefined;
    }
    if (entry.kind !== "message") {
      rows.push(entry);
      above = undefined;
      continue;
    }
    rows.push({
      kind: "message",
      key: entry.key,
      entry,
      isHead: above === undefined || !isOneRun(above, entry),
    });
    above = entry;
  }
  return rows;
}

function isOneRun(above: MessageEntry, entry: MessageEntry): boolean {
  return (
    above.from.user === entry.from.user &&
    above.from.name === entry.from.name &&
    above.direct?.to === entry.direct?.to &&
    Math.abs(entry.time - above.time) < RUN_MS
  );
}

/** How many messages stand below a row; none where it is not there (it is older than what is shown). */
export function messagesAfter(rows: readonly Row[], key: string | undefined): number {
  const at = rows.findLastIndex((row) => row.key === key);
  return at === -1 ? 0 : rows.slice(at + 1).filter(({ kind }) => kind === "message").length;
}
