import { MemorySessions } from "./memory-sessions.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { describeSessionStore } from "./testing/session-store-suite.ts";

const clock = new ManualClock();

describeSessionStore("MemorySessions", {
  open: async () => new MemorySessions(clock),
  now: () => clock.now(),
});
