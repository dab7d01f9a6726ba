/** Owns how prices, changes and ages read. */

const price = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const fine = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const share = new Intl.NumberFormat(undefined, {
  ...{ style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 },
  signDisplay: "exceptZero",
});

const moment = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

export const momentText = (time: number): string => moment.format(time);

/** What is worth less than a cent shows what it is worth. */
export const priceText = (value: number): string =>
  Math.abs(value) < 0.1 && value !== 0 ? fine.format(value) : price.format(value);

/** With an arrow: the colour alone tells nothing to whoever cannot see it. */
export function changeText(change: number | undefined): string {
  if (change === undefined) return "–";
  const arrow = change > 0 ? "▲" : change < 0 ? "▼" : "■";
  return `${arrow} ${share.format(change)}`;
}

/** “no tick for 12 s”, “… for 3 min”. */
export const ageText = (ageMs: number): string => `no tick for ${span(ageMs)}`;

function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
