/** Owns how an operator's figures read: short, in steady widths, with their unit. */
import { exactTime, numberFormat } from "../lib/format.ts";

const whole = numberFormat({ maximumFractionDigits: 0 });
const short = numberFormat({ notation: "compact", maximumFractionDigits: 1 });
const tenths = numberFormat({ maximumFractionDigits: 1 });
const steadyTenths = numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const hundredths = numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const countText = (value: number): string => (value < 100_000 ? whole(value) : short(value));

/** Of something per second: small rates are not zero. */
export const rateText = (value: number): string =>
  value > 0 && value < 10 ? tenths(value) : countText(value);

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${value < 10 ? steadyTenths(value) : whole(value)} ${units[unit] ?? ""}`;
}

export function msText(ms: number): string {
  if (ms < 10) return `${ms < 1 ? hundredths(ms) : steadyTenths(ms)} ms`;
  return ms < 10_000 ? `${whole(ms)} ms` : spanText(ms);
}

/** “12 s”, “3 min”, “2 h 5 min”, “4 d 3 h”. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? "" : ` ${hours % 24} h`}`;
}

export const shareText = (share: number): string =>
  `${share < 0.1 ? steadyTenths(share * 100) : whole(share * 100)} %`;

export const timeText = exactTime;
