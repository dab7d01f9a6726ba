import { MemoryLog } from "./memory-log.ts";
import { SUITE_TIME } from "./testing/log-calls.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { describeRoomLog } from "./testing/room-log-suite.ts";
import { SeededRandom } from "./testing/seeded-random.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));

describeRoomLog("MemoryLog", {
  open: async (historyEvents) =>
    new MemoryLog({ clock: new ManualClock(SUITE_TIME), random: new SeededRandom(seed), historyEvents }),
  seed,
});
