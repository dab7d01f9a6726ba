/**
 * Owns how entries become rows to look at: one for one, so that a row's place in the list is its entry's. A row knows
 * whether a day begins with it, whether its author is named, and what became of its message.
 */
import type { Amendment } from "./amendments.ts";
import type { Entry, MessageEntry } from "./entry.ts";
import { startOfDay } from "./format.ts";

export interface Row {
  readonly key: string;
  readonly entry: Entry;
  /** A day begins here: its midnight. */
  readonly day?: number;
  /** Of a message: the first of its author's run, which shows who and when. */
  readonly isHead: boolean;
  readonly amendment?: Amendment;
}

/** Two messages further apart than this are two runs. */
const RUN_MS = 5 * 60_000;
/** From midnight into the next day, whatever the clocks do in between. */
const DAY_AND_A_HALF_MS = 36 * 3_600_000;

/** @param dayOf gives the beginning of a time's day, in the reader's own time zone. */
export function rowsOf(
  entries: readonly Entry[],
  amendmentOf: (message: MessageEntry) => Amendment | undefined = () => undefined,
  dayOf: (time: number) => number = startOfDay,
): Row[] {
  let nextDay = -Infinity;
  let above: MessageEntry | undefined;
  return entries.map((entry) => {
    // Never back to a day that is over: what the server has not stamped has this machine's time, and clocks differ.
    const day = "time" in entry && entry.time >= nextDay ? dayOf(entry.time) : undefined;
    const beginsDay = day !== undefined;
    if (beginsDay) nextDay = dayOf(day + DAY_AND_A_HALF_MS);
    const message = entry.kind === "message" ? entry : undefined;
    const amendment = message && amendmentOf(message);
    const isHead =
      message !== undefined &&
      (beginsDay || above === undefined || message.replyTo !== undefined || !isOneRun(above, message));
    above = message;
    return {
      key: entry.key,
      entry,
      isHead,
      ...(beginsDay && { day }),
      ...(amendment !== undefined && { amendment }),
    };
  });
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
  return at === -1 ? 0 : rows.slice(at + 1).filter(({ entry }) => entry.kind === "message").length;
}
