/** Owns the table of "Join and resume": what a reader is owed, given where it was and what the log holds. Pure. */
import type { GapReason, GapSpan, Position } from "@roomcast/protocol";

import type { Page } from "../ports/room-log.ts";

export type Recovery =
  /** Everything after `since` is there: deliver the page. */
  | { readonly kind: "recovered" }
  /** Deliver the gap, then the page. */
  | { readonly kind: "gap"; readonly gap: GapSpan }
  /** The position is of another life of the room: say so, and deliver all that is kept, from the floor. */
  | { readonly kind: "reread"; readonly gap: GapSpan };

/** @param page read with `after: since.offset`. */
export function recover(
  since: Position,
  page: Page,
  whyChanged: (epoch: string, now: string) => GapReason,
): Recovery {
  const { epoch, floor, top } = page;
  const position = { epoch, offset: top };
  if (since.epoch !== epoch) {
    return {
      kind: "reread",
      gap: { reason: whyChanged(since.epoch, epoch), from: null, to: null, position },
    };
  }
  if (since.offset > top) {
    // Told to this reader alone: a client can forge its position, so it is no evidence against the store.
    return { kind: "gap", gap: { reason: "store_lost_tail", from: top + 1, to: since.offset, position } };
  }
  if (since.offset < floor) {
    return { kind: "gap", gap: { reason: "trimmed", from: since.offset + 1, to: floor, position } };
  }
  return { kind: "recovered" };
}
