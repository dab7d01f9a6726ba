/** The history checker: holds S1–S8 over one whole run. Pure, and knows nothing of how the run came about. */
import type { Finding } from "./finding.ts";
import type { History } from "./history.ts";
import { Placement } from "./placement.ts";
import { checkPublishing } from "./publishing.ts";
import { checkReading } from "./reading.ts";

/**
 * @returns nothing when every promise was kept.
 * @throws on observations that cannot have been: the recorder's bug.
 */
export function checkHistory(history: History): Finding[] {
  const placement = new Placement(history);
  return [...placement.findings, ...checkPublishing(history, placement), ...checkReading(history, placement)];
}
