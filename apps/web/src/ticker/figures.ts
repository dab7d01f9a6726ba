/** Owns how prices, changes and ages read. */
import { numberFormat } from "../lib/format.ts";
import { t } from "./texts.ts";

const price = numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
const fine = numberFormat({ maximumSignificantDigits: 4 });
const vast = numberFormat({ notation: "compact", maximumFractionDigits: 2 });
const VAST = 1e9;
const share = numberFormat({
  ...{ style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 },
  signDisplay: "exceptZero",
});

/** What is worth less than a cent shows what it is worth; what has ten digits and more would fit nowhere. */
export function priceText(value: number): string {
  const size = Math.abs(value);
  if (size >= VAST) return vast(value);
  return size < 0.1 && size > 0 ? fine(value) : price(value);
}

/** With an arrow: the colour alone tells nothing to whoever cannot see it. */
export function changeText(change: number | undefined): string {
  if (change === undefined) return "–";
  const arrow = change > 0 ? "▲" : change < 0 ? "▼" : "■";
  return `${arrow} ${share(change)}`;
}

/** “no tick for 12 s”, “… for 3 min”. */
export const ageText = (ageMs: number): string => t().age(span(ageMs));

function span(ms: number): string {
  const seconds = Math.max(1, Math.floor(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
