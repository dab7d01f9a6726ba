/** What is told of how long the log takes: one publish at a time is timed. */
import { JsonText } from "@roomcast/protocol";
import { expect, test } from "vitest";

import { MemoryLog } from "../memory/memory-log.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { HeldLog } from "../testing/held-log.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { Appending } from "./appending.ts";

function timed() {
  const clock = new ManualClock();
  const log = new HeldLog(new MemoryLog({ clock, random: new SeededRandom(1) }));
  log.holdAppends();
  const took: [ms: number, isAlone: boolean][] = [];
  const appending = new Appending(log, {
    clock,
    telemetry: { record: () => undefined },
    settings: DEFAULT_SETTINGS,
    backlog: { took: (...one) => took.push(one) },
  });
  const from = { clientId: "c", user: "u", name: "U" };
  const ask = (id: string): void => {
    const draft = { room: "general", event: "message", data: JsonText.of({}), id, from, time: 0 };
    appending.append(draft, () => undefined, undefined);
  };
  return { clock, log, took, ask };
}

test("R-BEHIND: what a publish takes alone is known of those with which nothing else was under way", () => {
  const { clock, log, took, ask } = timed();
  ask("1");
  clock.advance(5);
  log.commit(1);
  // The first of a group is alone only when it is asked for.
  ask("2");
  clock.advance(1);
  ask("3");
  clock.advance(6);
  log.commit(2);
  expect(took).toEqual([
    [5, true],
    [7, false],
  ]);
});

test("R-BEHIND: one that is refused tells nothing, and the next is timed", () => {
  const { clock, log, took, ask } = timed();
  ask("1");
  clock.advance(5);
  log.refuseAppends({ code: "storage_unavailable", message: "" });
  ask("2");
  clock.advance(3);
  log.commit(1);
  expect(took).toEqual([[3, true]]);
});
