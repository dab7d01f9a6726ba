/** Owns what an operator is told of tokens that come to nothing: why, each reason once a minute. Whoever brings one is not told. */
import type { Clock } from "@roomcast/hub";

const EVERY_MS = 60_000;

/** MUST hold nothing of the token: there are as many as there are reasons, and all are kept. */
export type NoteToken = (why: string) => void;

export function tokenNotes(clock: Clock, tell: (text: string) => void): NoteToken {
  const toldAtMs = new Map<string, number>();
  return (why) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - (toldAtMs.get(why) ?? -Infinity) < EVERY_MS) return;
    toldAtMs.set(why, nowMs);
    tell(why);
  };
}
