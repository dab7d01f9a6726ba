/** Owns what a run of the crash matrix will be, worked out from its seed alone: settings, deaths, members. */
import { SeededRandom } from "@roomcast/hub/testing";

import { type Failpoint, FAILPOINTS } from "./failpoint-names.ts";

export type Death =
  /** By SIGKILL, some time after everybody is back. */
  | { readonly kind: "kill"; readonly afterMs: number }
  | { readonly kind: "failpoint"; readonly failpoint: Failpoint; readonly at: number };

export interface CrashPlan {
  readonly seed: number;
  readonly durability: "disk" | "process";
  /** Small enough that readers who are away find it trimmed. */
  readonly historyEvents: number;
  /** 0: no limit. Else publishers run into refusals. */
  readonly messagesPerSecond: number;
  readonly deaths: readonly Death[];
}

const HISTORY_EVENTS = [30, 100, 10_000, 10_000] as const;
const MESSAGES_PER_SECOND = [0, 0, 150] as const;
/** A life takes about this long unless a failpoint ends it. */
const MAX_LIFE_MS = 300;
/** How often a life comes by each of them, about. */
const VISITS: Readonly<Record<Failpoint, number>> = {
  "before-insert": 60,
  "after-insert": 25,
  "after-commit": 25,
  "before-fan-out": 60,
  "mid-fan-out": 60,
  "torn-frame": 60,
  "before-ack": 40,
  "in-trim": 1,
  "in-checkpoint": 1,
  "in-boot": 3,
  "in-drain": 6,
};

const isTrim = (death: Death): boolean => death.kind === "failpoint" && death.failpoint === "in-trim";

/** Of seeds that follow each other each deals out the next failpoints, so that all get their share. */
export function planCrashes(seed: number, failpointsPerRun = 3): CrashPlan {
  const random = new SeededRandom(seed);
  const dealt = Array.from(
    { length: failpointsPerRun },
    (_, index) => FAILPOINTS[(seed * failpointsPerRun + index) % FAILPOINTS.length] ?? "before-ack",
  );
  const deaths: Death[] = dealt.map((failpoint) => ({
    kind: "failpoint",
    failpoint,
    at: 1 + random.below(VISITS[failpoint]),
  }));
  const kill = (): Death => ({ kind: "kill", afterMs: random.below(MAX_LIFE_MS) });
  for (let kills = random.below(3); kills > 0; kills--)
    deaths.splice(random.below(deaths.length + 1), 0, kill());
  // Before anything can be trimmed, something must have been said.
  deaths.sort((a, b) => Number(isTrim(a)) - Number(isTrim(b)));
  return {
    seed,
    durability: random.fraction() < 0.75 ? "disk" : "process",
    // Only what lies behind a trim can be trimmed: a room that is never over its limit meets no such failpoint.
    historyEvents: dealt.includes("in-trim") ? HISTORY_EVENTS[0] : random.pick(HISTORY_EVENTS),
    messagesPerSecond: random.pick(MESSAGES_PER_SECOND),
    // A trap is laid when a process starts: the first one, which everybody enters, has none.
    deaths: [kill(), ...deaths],
  };
}
