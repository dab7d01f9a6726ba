/** Owns how what happened to a client is told: a word, a tone, and the rest of it. */
import type { Happening } from "@roomcast/protocol/operators";

import { bytesText } from "./figures.ts";
import { t } from "./texts.ts";

export interface Telling {
  readonly word: string;
  readonly tone: "good" | "plain" | "warn" | "bad";
  readonly detail: string;
}

type Kind = Happening["kind"];
type Of<K extends Kind> = Extract<Happening, { readonly kind: K }>;

const opened = ({ kind, remote, transport }: Of<"connected" | "resumed">): Telling => ({
  word: t().happenings[kind],
  tone: "good",
  detail: t().happenings.from(transport, remote),
});

const TELLINGS: { readonly [K in Kind]: (happening: Of<K>) => Telling } = {
  connected: opened,
  resumed: opened,
  joined: ({ room }) => ({ word: t().happenings.joined, tone: "plain", detail: `#${room}` }),
  left: ({ room, reason }) => ({ word: t().happenings.left, tone: "plain", detail: `#${room}, ${reason}` }),
  refused: ({ code, request, room }) => {
    const what = request ?? t().happenings.frame;
    return {
      word: t().happenings.refused,
      tone: "warn",
      detail: room === null ? `${what}: ${code}` : t().happenings.refusedIn(what, room, code),
    };
  },
  slow: ({ queuedBytes }) => ({
    word: t().happenings.slow,
    tone: "warn",
    detail: t().happenings.notTaken(bytesText(queuedBytes)),
  }),
  closed: ({ code, reason, by }) => ({
    word: code === 4413 ? t().happenings.closedAsSlow : t().happenings.closed,
    tone: by === "server" && code !== 1012 ? "bad" : "plain",
    detail: t().happenings.closedBy(`${code} ${reason}`.trim(), t().happenings.sides[by]),
  }),
};

/** What a newer server tells of and is not known here is shown by its own name. */
export function tellingOf(happening: Happening): Telling {
  const tell = new Map<string, (happening: never) => Telling>(Object.entries(TELLINGS)).get(happening.kind);
  return tell?.(happening as never) ?? { word: happening.kind, tone: "plain", detail: "" };
}
