import { expect, test } from "vitest";

import { MemoryLog } from "./memory-log.ts";
import { append, draftOf, SUITE_TIME } from "./testing/log-calls.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { describeRoomLog } from "./testing/room-log-suite.ts";
import { SeededRandom } from "./testing/seeded-random.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));

test("T27 L-DEDUPE-24H: a clock that jumps ahead by 25 h makes no identity forgotten, 24 h that pass do", async () => {
  const clock = new ManualClock(SUITE_TIME);
  const log = new MemoryLog({ clock, random: new SeededRandom(seed) });
  const say = (id: string): ReturnType<typeof append> =>
    append(log, draftOf("general", id, { time: clock.now() }));
  await say("a");
  clock.jump(25 * 3_600_000);
  await say("b");
  expect(await say("a")).toMatchObject({ duplicate: true });
  clock.advance(25 * 3_600_000);
  await say("c");
  expect(await say("a")).toMatchObject({ duplicate: false });
});

describeRoomLog("MemoryLog", {
  open: async (historyEvents) =>
    new MemoryLog({ clock: new ManualClock(SUITE_TIME), random: new SeededRandom(seed), historyEvents }),
  seed,
});
