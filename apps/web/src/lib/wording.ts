/** Owns what the machine's codes mean to a person: why a connection ended, a message failed, or something is missing. */
import type { Failure, Reason, RoomGap } from "@roomcast/client";
import { CLOSE_CODES, type Imposed } from "@roomcast/protocol";

import { t } from "../texts/language.svelte.ts";
import { momentText } from "./format.ts";

/** How a close says what was imposed on somebody (PROTOCOL.md, P-MAY-6). */
const IMPOSED = /^(banned|revoked)(?: until (\S+Z))?(?:: (.+))?$/s;

export function failureText(failure: Failure): string {
  const { code, message, imposed } = failure;
  return (imposed && imposedText(imposed)) ?? t().failures[code] ?? `${capitalised(message)}.`;
}

/** Why somebody may not write in a room at all. */
export const silenceText = ({ imposed }: Failure): string =>
  (imposed && imposedText(imposed)) ?? t().composer.readOnly;

/** Undefined where a newer server has imposed what is not known here. */
const imposedText = ({ what, until, reason }: Imposed): string | undefined =>
  t().imposed[what]?.(until === undefined ? undefined : momentText(until, Date.now()), reason);

export function reasonText(why: Reason): string {
  const { cause, code } = why;
  const { closes, reasons } = t();
  const imposed = imposedIn(why);
  const words = imposed && imposedText(imposed);
  // A moderator's words may end as they like.
  if (words !== undefined) return /[.!?]$/.test(words) ? words : `${words}.`;
  return (cause === "closed" ? closes[code ?? 1006] : undefined) ?? reasons[cause];
}

/** What whoever ended the connection has said of it, beyond what its code says. */
export function wordsOf(why: Reason): string | undefined {
  const { kicked, forbidden } = CLOSE_CODES;
  const close = [kicked, forbidden].find(({ code }) => code === why.code);
  const saysMore = close !== undefined && close.meaning !== why.message && imposedIn(why) === undefined;
  return saysMore ? why.message : undefined;
}

function imposedIn({ code, message }: Reason): Imposed | undefined {
  const { forbidden, unauthorised } = CLOSE_CODES;
  const [, what, until, reason] =
    code === forbidden.code || code === unauthorised.code ? (IMPOSED.exec(message) ?? []) : [];
  if (what === undefined) return undefined;
  return {
    what: what as Imposed["what"],
    ...(until !== undefined && { until: Date.parse(until) }),
    ...(reason !== undefined && { reason }),
  };
}

export function gapText({ reason, from, to }: Pick<RoomGap, "reason" | "from" | "to">): string {
  return t().gaps[reason](from === null || to === null ? undefined : to - from + 1);
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
