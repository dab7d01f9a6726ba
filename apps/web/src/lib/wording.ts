/** Owns what the machine's codes mean to a person: why a connection ended, a message failed, or something is missing. */
import type { Failure, Reason, RoomGap } from "@roomcast/client";
import type { Imposed } from "@roomcast/protocol";

import { t } from "../texts/language.svelte.ts";
import { momentText } from "./format.ts";

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

export function gapText({ reason, from, to }: Pick<RoomGap, "reason" | "from" | "to">): string {
  return t().gaps[reason](from === null || to === null ? undefined : to - from + 1);
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
