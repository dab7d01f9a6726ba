/** Owns how the state of the connection looks: a colour, a word and a shape that say the same. Red means: no socket. */
import type { Status } from "@roomcast/client";

import type { Texts } from "../texts/en.ts";

export interface ConnectionView {
  /** open: green. opening: amber. closed: red. */
  readonly tone: "open" | "opening" | "closed";
  /** Which of the texts. */
  readonly word: keyof Texts["connection"] & ("open" | "connecting" | "checking" | "reconnecting" | "closed");
  /** What the button beside it does. */
  readonly action: "disconnect" | "connect";
}

export function connectionView(status: Status): ConnectionView {
  switch (status.state) {
    case "connected":
      return status.checking
        ? { tone: "opening", word: "checking", action: "disconnect" }
        : { tone: "open", word: "open", action: "disconnect" };
    case "connecting":
      return { tone: "opening", word: "connecting", action: "disconnect" };
    case "reconnecting":
      return status.retryAt === null
        ? { tone: "opening", word: "reconnecting", action: "disconnect" }
        : { tone: "closed", word: "closed", action: "connect" };
    case "disconnected":
      return { tone: "closed", word: "closed", action: "connect" };
  }
}

/** How long a state may last unseen: an attempt that fails in a blink, or a ping that is answered at once, would flicker. */
export function patienceMs(shown: Status, next: Status): number {
  if (next.state === "connected" && next.checking) return 1_000;
  const isRetry = next.state === "reconnecting" && next.retryAt === null;
  return isRetry && connectionView(shown).tone === "closed" ? 250 : 0;
}

/** Whole seconds until the next attempt, never less than one. */
export const secondsUntil = (retryAt: number, now: number): number =>
  Math.max(1, Math.ceil((retryAt - now) / 1000));
