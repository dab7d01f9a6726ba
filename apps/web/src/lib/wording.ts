/** Owns what the machine's codes mean to a person: why a connection ended, a message failed, or something is missing. */
import type { Failure, Reason, RoomGap } from "@roomcast/client";
import { CLOSE_CODES, type Imposed } from "@roomcast/protocol";

import { t } from "../texts/language.svelte.ts";
import { momentText } from "./format.ts";

/** As the server writes a time into its words. */
const ISO_TIME = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;

export function failureText(failure: Failure): string {
  const { code, message, imposed } = failure;
  return (imposed && imposedText(imposed)) ?? t().failures[code] ?? `${capitalised(message)}.`;
}

/** Undefined where a newer server has imposed what is not known here. */
export const imposedText = ({ what, until, reason }: Imposed): string | undefined =>
  t().imposed[what]?.(until === undefined ? undefined : momentText(until, Date.now()), reason);

export function reasonText({ cause, code }: Reason): string {
  const { closes, reasons } = t();
  return (cause === "closed" ? closes[code ?? 1006] : undefined) ?? reasons[cause];
}

/** What whoever ended the connection has said of it, beyond what its code says. */
export function wordsOf({ code, message }: Reason): string | undefined {
  const { kicked, forbidden } = CLOSE_CODES;
  const close = [kicked, forbidden].find((known) => known.code === code);
  return close === undefined || close.meaning === message
    ? undefined
    : message.replace(ISO_TIME, (time) => momentText(Date.parse(time), Date.now()));
}

export function gapText({ reason, from, to }: Pick<RoomGap, "reason" | "from" | "to">): string {
  return t().gaps[reason](from === null || to === null ? undefined : to - from + 1);
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
