/** Owns the setting of a test about a ledger alone: what it did, in order, as short words. */
import type { EventMessage } from "@roomcast/protocol";

import { Ledger } from "../rooms/ledger.ts";
import { at, joined } from "./messages.ts";

/** A ledger, and what it did, in order: "1" an event, "gap 1-3 trimmed", "fetch 3", "rejoin", "caught up". */
export function ledger(since?: ReturnType<typeof at>) {
  const did: string[] = [];
  let during: ((event: EventMessage) => void) | undefined;
  const subject = new Ledger(
    {
      deliver: (told, epoch, replayed) => {
        did.push(
          `${told.offset ?? told.id}${replayed ? "r" : ""}${epoch === undefined || epoch === "e1" ? "" : `@${epoch}`}`,
        );
        during?.(told);
      },
      gap: ({ reason, from, to }) => void did.push(`gap ${from}-${to} ${reason}`),
      fetch: (after) => void did.push(`fetch ${after}`),
      rejoin: () => void did.push("rejoin"),
      caughtUp: ({ first, recovered, replayed, gap }) =>
        void did.push(
          `caught up ${replayed}${first ? " first" : ""}${recovered ? " recovered" : ""}${gap ? ` ${gap.reason}` : ""}`,
        ),
    },
    since,
  );
  return {
    subject,
    /** What it did since the last time. */
    did: () => did.splice(0),
    onDeliver: (run: (event: EventMessage) => void) => void (during = run),
    /** Joined and live, at this offset. */
    live: (offset: number) => {
      subject.joining();
      subject.joined(joined("general", { position: at(offset) }));
      did.splice(0);
    },
  };
}

export const room = (fields: Parameters<typeof joined>[1] = {}) => joined("general", fields);
