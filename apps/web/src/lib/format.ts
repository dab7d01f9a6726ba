/** Owns how times are said, in the reader's own time zone and the language of the app. */
import { language, t } from "../texts/language.svelte.ts";

/** Making a format costs more than a thousand uses of it. A reader's region counts, where it speaks the language of the app. */
function perLanguage<Made>(make: (locale: string) => Made): () => Made {
  const made = new Map<string, Made>();
  return () => {
    const { tag } = language;
    const known = made.get(tag);
    if (known !== undefined) return known;
    const fresh = make(navigator.languages.find((locale) => locale.startsWith(tag)) ?? tag);
    made.set(tag, fresh);
    return fresh;
  };
}

const timeFormat = (options: Intl.DateTimeFormatOptions): ((time: number) => string) => {
  const format = perLanguage((locale) => new Intl.DateTimeFormat(locale, options));
  return (time) => format().format(time);
};

export const numberFormat = (options?: Intl.NumberFormatOptions): ((value: number) => string) => {
  const format = perLanguage((locale) => new Intl.NumberFormat(locale, options));
  return (value) => format().format(value);
};

export const clockTime = timeFormat({ hour: "numeric", minute: "2-digit" });
/** To the second. */
export const exactTime = timeFormat({ timeStyle: "medium" });
export const fullTime = timeFormat({ dateStyle: "full", timeStyle: "medium" });
const dayOfYear = timeFormat({ weekday: "long", month: "long", day: "numeric" });
const date = timeFormat({ year: "numeric", month: "long", day: "numeric" });

/** Local midnight, ms since 1970. */
export const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** “Today”, “Yesterday”, “Tuesday, June 2”, and with the year where it is another one. */
export function dayName(time: number, now: number): string {
  // A day has 23 or 25 hours twice a year.
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days === 0) return t().stream.today;
  if (days === 1) return t().stream.yesterday;
  return new Date(time).getFullYear() === new Date(now).getFullYear() ? dayOfYear(time) : date(time);
}

/** “21:30”, of another day with its name. */
export const momentText = (time: number, now: number): string =>
  startOfDay(time) === startOfDay(now) ? clockTime(time) : `${dayName(time, now)}, ${clockTime(time)}`;
