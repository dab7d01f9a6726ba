/** Owns how entries become rows to look at: day dividers, and consecutive messages of one author under one head. */
import type { ActivityEntry, AwayEntry, Entry, GapEntry, MessageEntry } from "./entry.ts";

export interface DayRow {
  readonly kind: "day";
  readonly key: string;
  /** Of the first message of that day. */
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

/** @param dayOf names the day of a time in the reader's own time zone. */
export function rowsOf(entries: readonly Entry[], dayOf: (time: number) => string = localDay): Row[] {
  const rows: Row[] = [];
  let day: string | undefined;
  let above: MessageEntry | undefined;
  for (const entry of entries) {
    if (entry.kind !== "message") {
      rows.push(entry);
      above = undefined;
      continue;
    }
    const today = dayOf(entry.time);
    // Clocks differ: a message of one's own that is not stamped yet opens no day behind the one that the server is in.
    if (today !== day && (day === undefined || entry.delivery.state === "sent")) {
      rows.push({ kind: "day", key: `day ${today} before ${entry.key}`, time: entry.time });
      day = today;
      above = undefined;
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

export function localDay(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** How many messages stand below a row; none where it is not there (it is older than what is shown). */
export function messagesAfter(rows: readonly Row[], key: string | undefined): number {
  const at = rows.findLastIndex((row) => row.key === key);
  return at === -1 ? 0 : rows.slice(at + 1).filter(({ kind }) => kind === "message").length;
}
