/** Owns how times are said, in the reader's own time zone and the language of the app. */
import { t } from "../texts/language.svelte.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs more than a thousand uses of it. */
function formatted(time: number, style: string, options: Intl.DateTimeFormatOptions): string {
  const { tag } = t();
  const key = `${tag} ${style}`;
  // A reader's region says how a clock reads, where it speaks the language of the app.
  const regional = navigator.languages.find((language) => language.startsWith(tag));
  const format = formats.get(key) ?? new Intl.DateTimeFormat(regional ?? tag, options);
  formats.set(key, format);
  return format.format(time);
}

export const clockTime = (time: number): string =>
  formatted(time, "clock", { hour: "numeric", minute: "2-digit" });
export const fullTime = (time: number): string =>
  formatted(time, "full", { dateStyle: "full", timeStyle: "medium" });

/** Local midnight, ms since 1970. */
export const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** “Today”, “Yesterday”, “Tuesday, June 2”, and with the year where it is another one. */
export function dayName(time: number, now: number): string {
  // A day has 23 or 25 hours twice a year.
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days === 0) return t().stream.today;
  if (days === 1) return t().stream.yesterday;
  return new Date(time).getFullYear() === new Date(now).getFullYear()
    ? formatted(time, "weekday", { weekday: "long", month: "long", day: "numeric" })
    : formatted(time, "date", { year: "numeric", month: "long", day: "numeric" });
}
