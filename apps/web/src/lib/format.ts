/** Owns how times are said, in the reader's own language and time zone. */

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const dateFormat = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "long", day: "numeric" });

export const clockTime = (time: number): string => clockFormat.format(time);
export const fullTime = (time: number): string => fullFormat.format(time);

/** Local midnight, ms since 1970. */
export const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** “Today”, “Yesterday”, “Tuesday, June 2”, and with the year where it is another one. */
export function dayName(time: number, now: number): string {
  // A day has 23 or 25 hours twice a year.
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? weekdayFormat : dateFormat).format(time);
}

/** “a message”, “1,204 messages”. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count.toLocaleString()} ${many}`;
}
