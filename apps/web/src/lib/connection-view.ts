/** Owns how the state of the connection looks: a colour, a word and a shape that say the same. Red means: no socket. */
import type { Status } from "@roomcast/client";

export interface ConnectionView {
  /** open: green. opening: amber. closed: red. */
  readonly tone: "open" | "opening" | "closed";
  readonly word: "Connected" | "Connecting…" | "Checking…" | "Reconnecting…" | "Disconnected";
  /** What the button beside it does. */
  readonly action: "Disconnect" | "Connect";
}

export function connectionView(status: Status): ConnectionView {
  switch (status.state) {
    case "connected":
      return status.checking
        ? { tone: "opening", word: "Checking…", action: "Disconnect" }
        : { tone: "open", word: "Connected", action: "Disconnect" };
    case "connecting":
      return { tone: "opening", word: "Connecting…", action: "Disconnect" };
    case "reconnecting":
      return status.retryAt === null
        ? { tone: "opening", word: "Reconnecting…", action: "Disconnect" }
        : { tone: "closed", word: "Disconnected", action: "Connect" };
    case "disconnected":
      return { tone: "closed", word: "Disconnected", action: "Connect" };
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
