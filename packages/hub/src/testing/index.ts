/** What a test needs to hold time, chance, sockets and logs in its hand. Knows no test runner; suites.ts does. */
export { FakeConnection, textFormat } from "./fake-connection.ts";
export { HeldLog } from "./held-log.ts";
export { append, appendAll, draftOf, read, RefusedError, remove, SUITE_TIME } from "./log-calls.ts";
export { ManualClock } from "./manual-clock.ts";
export { expectNothingLeft } from "./nothing-left.ts";
export { SeededRandom } from "./seeded-random.ts";
export { checkHistory } from "./history/check-history.ts";
export { type Finding, type Rule, RULES } from "./history/finding.ts";
export type { FinalEvent, FinalLog, History } from "./history/history.ts";
export type { EventKey, Observation } from "./history/observation.ts";
