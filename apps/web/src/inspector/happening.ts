/** Owns how what happened to a client is told: a word, a tone, and the rest of it. */
import type { Happening } from "./answers.ts";
import { bytesText } from "./figures.ts";
import { t } from "./texts.ts";

export interface Telling {
  readonly word: string;
  readonly tone: "good" | "plain" | "warn" | "bad";
  readonly detail: string;
}

type Tell = (happening: Happening) => Telling;

const opened =
  (word: "connected" | "resumed"): Tell =>
  ({ remote = "", transport = "" }) => ({
    word: t().happenings[word],
    tone: "good",
    detail: t().happenings.from(transport, remote),
  });

const TELLINGS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ["connected", opened("connected")],
  ["resumed", opened("resumed")],
  ["joined", ({ room }) => ({ word: t().happenings.joined, tone: "plain", detail: `#${room ?? ""}` })],
  [
    "left",
    ({ room, reason }) => ({
      word: t().happenings.left,
      tone: "plain",
      detail: `#${room ?? ""}, ${reason ?? ""}`,
    }),
  ],
  [
    "refused",
    ({ code = "", request, room }) => ({
      word: t().happenings.refused,
      tone: "warn",
      detail:
        room === null || room === undefined
          ? `${request ?? t().happenings.frame}: ${code}`
          : t().happenings.refusedIn(request ?? t().happenings.frame, room, String(code)),
    }),
  ],
  [
    "slow",
    ({ queuedBytes = 0 }) => ({
      word: t().happenings.slow,
      tone: "warn",
      detail: t().happenings.notTaken(bytesText(queuedBytes)),
    }),
  ],
  [
    "closed",
    ({ code = "", reason = "", by = "peer" }) => ({
      word: code === 4413 ? t().happenings.closedAsSlow : t().happenings.closed,
      tone: by === "server" && code !== 1012 ? "bad" : "plain",
      detail: t().happenings.closedBy(`${code} ${reason}`.trim(), t().happenings.sides[by] ?? by),
    }),
  ],
]);

/** What is not known here is shown by its own name. */
export const tellingOf = (happening: Happening): Telling =>
  TELLINGS.get(happening.kind)?.(happening) ?? { word: happening.kind, tone: "plain", detail: "" };
